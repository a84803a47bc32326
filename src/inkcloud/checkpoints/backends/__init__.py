"""What computes the UNet: torch, or OpenVINO with a model prepared for one shape of call."""
