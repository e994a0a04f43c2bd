"""What a source of backbones is told of a network: the protocol that `specs.BackboneSpec` meets."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from extractors.digests import JsonValue


class Network(Protocol):
    """A network and its weights, as plain data; `BackboneSpec` says what each means."""

    @property
    def name(self) -> str: ...

    @property
    def weights(self) -> str: ...

    @property
    def model_args(self) -> Mapping[str, JsonValue]: ...

    @property
    def mean(self) -> tuple[float, ...] | None: ...

    @property
    def std(self) -> tuple[float, ...] | None: ...

    @property
    def label(self) -> str: ...

    @property
    def pretrained(self) -> bool: ...

    @property
    def tokens(self) -> str: ...

    @property
    def layers(self) -> str: ...

    @property
    def trained(self) -> bool: ...


AnyNetwork = TypeVar("AnyNetwork", bound=Network)


class Resolve(Protocol):
    """A function from a network to the same one with its library's own name, arguments and file."""

    def __call__(self, spec: AnyNetwork, /) -> AnyNetwork: ...


def same(spec: AnyNetwork) -> AnyNetwork:
    """The network as it is."""
    return spec
