"""What hidden tests of torch modules are written with; `Tensor` is an array that is handed over as a tensor."""

from autograder.agent.tensors import Tensor

__all__ = ["Tensor"]
