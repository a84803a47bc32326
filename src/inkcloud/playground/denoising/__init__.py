"""The page Denoising: every step of a picture, from noise to the end."""
