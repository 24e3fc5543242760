"""A talk is a list of scenes: a page with its controls, a heading and one sentence."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.catalog import Page
from core.errors import ConfigError
from core.words import as_toml_value

Text = Annotated[str, Field(min_length=1, max_length=300)]
Notes = Annotated[str, Field(max_length=3000)]


class Waits(StrEnum):
    """What a scene keeps back until the presenter reveals it."""

    HEADLINE = "headline"
    """the page's headline; of a claim, also its results"""
    EVERYTHING = "everything"
    """the cards too: only the heading and its sentence are shown"""
    NOTHING = "nothing"


class Scene(BaseModel):
    """One step of a talk.

    Attributes:
        heading: what the presenter talks about.
        sentence: what the audience should look at or think about.
        page: page that is shown.
        link: URL parameter -> value of its control; other controls keep their defaults.
        figures: titles of the cards that are shown, or how they begin; empty for all.
        waits: what is shown only when the presenter presses the key once more.
        minutes: duration.
        notes: what the presenter wants to say; only the presenter's view shows them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: Text
    sentence: Text
    page: Page
    link: dict[str, Any] = Field(default_factory=dict)
    figures: tuple[str, ...] = ()
    waits: Waits = Waits.HEADLINE
    minutes: float = Field(default=1.5, gt=0, le=60)
    notes: Notes = ""


class Talk(BaseModel):
    """A talk.

    Attributes:
        title: title of the talk.
        scenes: its scenes, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1, max_length=200)]

    @property
    def minutes(self) -> float:
        """Total duration of the scenes, in minutes."""
        return self.planned(len(self.scenes))

    def planned(self, count: int) -> float:
        """Duration of the first scenes, in minutes."""
        return sum(scene.minutes for scene in self.scenes[:count])


def scene_as_toml(scene: Scene) -> str:
    """A scene as lines for a script, from which `read_talk` restores it."""
    values = scene.model_dump(mode="json")
    written = {name: as_toml_value(value) for name, value in values.items() if name != "link"}
    link = ", ".join(f"{_key(name)} = {as_toml_value(v)}" for name, v in scene.link.items())
    lines = [
        f"{name} = {written.get(name, f'{{ {link} }}')}"
        for name, value in values.items()
        if value not in ({}, [])
    ]
    return "\n".join(["[[scenes]]", *lines, ""])


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else as_toml_value(name)


def talk_as_toml(talk: Talk) -> str:
    """A script, from which `read_talk` restores the talk."""
    scenes = [scene_as_toml(scene) for scene in talk.scenes]
    return "\n".join([f"title = {as_toml_value(talk.title)}", "", *scenes])


def read_talk(path: Path) -> Talk:
    """Read the script of a talk.

    Raises:
        ConfigError: the file cannot be read, or is not a valid talk.
    """
    try:
        return Talk.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not a text file in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "enum":
            allowed = ", ".join(Page)
            raise ConfigError(
                f"{path}: {where}: allowed: {allowed}; received {first['input']!r}"
            ) from None
        raise ConfigError(f"{path}: {where}: {first['msg'].lower()}") from None
