"""What captum says an answer rests on: the reference for pages/browser/engine/attribution.js."""

import torch
from captum.attr import LayerGradCam, Occlusion, Saliency
from torch import Tensor, nn


def grad_cam(model: nn.Sequential, x: Tensor, target: int, layer: str) -> Tensor:
    """The map after a layer weighted by its mean gradients, negative parts cut.

    Args:
        model: with gradients.
        x: (1, C, H, W).
        target: the class.
        layer: of the blocks.
    """
    method = LayerGradCam(model, model.get_submodule(layer))
    return _as_map(method.attribute(x, target=target, relu_attributions=True))


def size_of_parts(model: nn.Sequential, x: Tensor, target: int, layer: str) -> float:
    """The largest sum over channels of the sizes of what Grad-CAM adds up; it may cancel out."""
    method = LayerGradCam(model, model.get_submodule(layer))
    parts = method.attribute(x, target=target, attr_dim_summation=False)
    return float(parts.detach().abs().sum(dim=1).max())


def cam(model: nn.Sequential, x: Tensor, target: int) -> Tensor:
    """The last map weighted by the class's weights; the head is GAP, right before the logits."""
    weights = model.get_submodule("head.logits").weight[target]
    return torch.einsum("c,chw->hw", weights, model[:-1](x)[0]).detach()


def saliency(model: nn.Sequential, x: Tensor, target: int) -> Tensor:
    """|Gradient of the logit|, its mean over colours."""
    return _as_map(Saliency(model).attribute(x.clone().requires_grad_(), target=target))


def occlusion(model: nn.Sequential, x: Tensor, target: int) -> Tensor:
    """The drop of the logit when a window is zero, which is grey."""
    channels, height, width = x.shape[1:]
    side = max(2, min(height, width) // 7)
    attributed = Occlusion(model).attribute(
        x,
        sliding_window_shapes=(channels, side, side),
        strides=(channels, max(1, side // 2), max(1, side // 2)),
        target=target,
        perturbations_per_eval=32,
    )
    return _as_map(attributed)


def _as_map(attributed: Tensor) -> Tensor:
    """(1, C, H, W) -> (H, W): the mean over channels."""
    return attributed.detach()[0].mean(dim=0)
