"""Tensors of torch, which cross the wire as arrays with their kind noted.

Neither side loads torch for this: a side that has not loaded it holds no tensor, and keeps what arrives as a `Tensor`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

DTYPES = frozenset("bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128".split())
MAX_ELEMENTS = 2**26  # of a tensor that is sent; an expanded one has few bytes of its own


@dataclass(frozen=True, eq=False)
class Tensor:
    """The values of a tensor, and whether it requires a gradient."""

    array: np.ndarray
    requires_grad: bool = False


class Unsendable(ValueError):
    """A tensor that may not cross, with the reason."""


def is_tensor(value: Any) -> bool:
    """Whether the value is a tensor of torch, be it of a derived class."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def crossing(value: Any) -> Tensor:
    """The values of a tensor of torch, a copy without its graph. Raises Unsendable."""
    torch = sys.modules["torch"]
    kind = type(value)
    if kind is not torch.Tensor and kind is not torch.nn.Parameter:
        raise Unsendable(f"a tensor of the class {kind.__name__} cannot be sent: only a plain torch.Tensor can")
    if value.layout is not torch.strided or value.is_quantized:
        raise Unsendable("a sparse or quantised tensor cannot be sent: only a dense one can")
    if value.device.type != "cpu":
        raise Unsendable(f"a tensor on the device {value.device.type} cannot be sent: only one on the CPU can")
    name = str(value.dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise Unsendable(f"a tensor of dtype {name} cannot be sent")
    if value.numel() > MAX_ELEMENTS:
        raise Unsendable(f"a tensor of {value.numel():,} elements cannot be sent: {MAX_ELEMENTS:,} are the most")
    try:
        array = value.detach().resolve_conj().resolve_neg().numpy()
    except Exception as error:  # such as that of a tensor inside vmap
        raise Unsendable(f"a tensor that is no array cannot be sent ({type(error).__name__})") from None
    return Tensor(np.array(array), bool(value.requires_grad))


def rebuilt(value: Any) -> Any:
    """The value with each Tensor in it as a tensor of torch: a leaf with memory of its own."""
    if type(value) is Tensor:
        import torch

        tensor = torch.from_numpy(np.array(value.array))
        return tensor.requires_grad_() if value.requires_grad else tensor
    if type(value) in (list, tuple):
        return type(value)(rebuilt(item) for item in value)
    if type(value) is dict:
        return {key: rebuilt(item) for key, item in value.items()}
    return value


def named_tensors(module: Any, parameters_only: bool = False) -> Iterator[tuple[str, Any]]:
    """The parameters and persistent buffers of a torch module, as `state_dict` names them. Raises TypeError."""
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"a torch.nn.Module is needed here, not a {type(module).__name__}")
    if parameters_only:
        yield from torch.nn.Module.named_parameters(module, remove_duplicate=False)
    else:
        yield from torch.nn.Module.state_dict(module, keep_vars=True).items()
