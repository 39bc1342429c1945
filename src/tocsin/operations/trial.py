"""Trying a source before it is saved: what answers there, told in words, and nothing stored."""

import threading

from tocsin import plugins
from tocsin.model.source import LiveSource
from tocsin.operations import receiver, sources, watched_folder
from tocsin.store.folder import Store


def trial(store: Store, source: LiveSource, secret: str | None, stop: threading.Event) -> str:
    """Return what is there. Raises BadInput when it is another thing, NoAnswer, and Stopped."""
    if source.importer == sources.FOLDER:
        return watched_folder.seen(watched_folder.checked(source.place, source.settings))
    if source.importer == sources.WEBHOOK:
        at, said = receiver.checked(source.place, source.settings)
        receiver.probe(at)
        told = receiver.may_listen(at, network=said["network"] == "yes")
        return f"{at} is free to listen at" + (f": {told}." if told else ", for this machine alone.")
    importer = plugins.live_importer(source.importer)
    sources.live_settings(importer, source)
    way = sources.http(store, source.place, source.settings, secret, stop)
    try:
        return f"{importer.answers(way)} answers there."
    finally:
        way.close()
