"""Alarm sounds: one for each priority, made here and played natively, at most a few seconds long."""

from collections.abc import Generator, Sequence
from functools import cache
from threading import Event, Thread
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from tocsin.model.alarms import Priority

if TYPE_CHECKING:
    from miniaudio import PlaybackDevice

RATE = 44_100  # samples a second
_EDGE_S = 0.012  # rise and fall of a pulse, so that it does not click
_PATIENCE_S = 2.0  # longer than it lasts a sound may take
_SILENCE_S = 0.3  # after the last pulse: what the device still holds has to be heard

# Pulses of (hertz, seconds, seconds of silence after). Rising threes press most; one low pulse only tells.
PULSES: dict[Priority, tuple[tuple[float, float, float], ...]] = {
    Priority.URGENT: ((784.0, 0.16, 0.06), (988.0, 0.16, 0.06), (1319.0, 0.3, 0.22)) * 2,
    Priority.WARNING: ((659.0, 0.22, 0.12), (659.0, 0.22, 0.12)),
    Priority.NOTICE: ((440.0, 0.25, 0.1),),
}


@cache
def wave(priority: Priority, loudness: float = 0.6) -> NDArray[np.int16]:
    """Return the samples of a sound, one channel at RATE; `loudness` lies between 0 and 1."""
    parts = [_pulse(*one) for one in PULSES[priority]]
    samples = np.concatenate([*parts, np.zeros(int(_SILENCE_S * RATE))])
    return (samples * loudness * np.iinfo(np.int16).max).astype(np.int16)


def _pulse(hertz: float, seconds: float, silence: float) -> NDArray[np.float64]:
    times = np.arange(int(seconds * RATE)) / RATE
    rise = np.minimum(1.0, np.minimum(times, times[::-1]) / _EDGE_S)
    # A little of the second harmonic carries through a room better than a pure tone.
    tone = 0.8 * np.sin(2 * np.pi * hertz * times) + 0.2 * np.sin(4 * np.pi * hertz * times)
    return np.concatenate([tone * rise, np.zeros(int(silence * RATE))])


class Player(QObject):
    """Plays one sound at a time beside everything else.

    `failed(priority, why)` when one could not be heard. `backends` narrows what it is played through.
    """

    played = Signal(int)
    failed = Signal(int, str)

    def __init__(self, backends: Sequence[object] | None = None) -> None:
        super().__init__()
        self._backends = backends
        self._thread: Thread | None = None
        self._over = Event()  # of the sound that is played

    @property
    def playing(self) -> bool:
        """Whether a sound is being played."""
        return self._thread is not None and self._thread.is_alive()

    def play(self, priority: Priority, *, loud: bool = False) -> bool:
        """Play a sound; while another is played this one is left out, since that one calls already.

        Return whether it is played.
        """
        if self.playing:
            return False
        self._over = Event()
        self._thread = Thread(target=self._play, args=(priority, 1.0 if loud else 0.6), daemon=True)
        self._thread.start()
        return True

    def close(self) -> None:
        """Cut off what is played."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(5)

    def _play(self, priority: Priority, loudness: float) -> None:
        try:
            import miniaudio
        except (ImportError, OSError) as error:  # a system that its library does not fit
            self.failed.emit(priority, f"the sound library cannot be loaded: {error}")
            return
        try:
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=RATE,
                backends=self._backends,
                app_name="Tocsin",
            )
        except miniaudio.MiniaudioError as error:
            self.failed.emit(priority, f"no sound device: {error.args[0] if error.args else error}")
            return
        try:
            heard = self._through(device, wave(priority, loudness))
        except miniaudio.MiniaudioError as error:
            self.failed.emit(priority, f"the sound stopped: {error.args[0] if error.args else error}")
        else:
            if heard:
                self.played.emit(priority)
            else:
                self.failed.emit(priority, "the sound device takes nothing")
        finally:
            device.close()

    def _through(self, device: "PlaybackDevice", samples: NDArray[np.int16]) -> bool:
        """Return whether the device took all of it, or was told to stop."""
        source = _chunks(samples, self._over)
        next(source)
        device.start(source)
        return self._over.wait(len(samples) / RATE + _PATIENCE_S)


def _chunks(samples: NDArray[np.int16], heard: Event) -> Generator[bytes, int, None]:
    """Hand over as many frames as the device asks for; ring `heard` when there are none left."""
    at = 0
    frames = yield b""
    while at < len(samples):
        part = samples[at : at + frames]
        at += frames
        frames = yield part.tobytes() + bytes(2 * (frames - len(part)))
    heard.set()
    while True:
        frames = yield bytes(2 * frames)
