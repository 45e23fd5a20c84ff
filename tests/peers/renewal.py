"""Downloads of official clients whose addresses have expired or were changed: they ask for new ones, and go on."""

import dataclasses
import datetime
import hashlib
import os
import pathlib
import tempfile
import urllib.parse

import neptune_fetcher.internal.client as fetcher_client
import neptune_fetcher.internal.context as fetcher_context
import neptune_fetcher.internal.retrieval.files as fetcher_files
import neptune_query.internal.client as query_client
import neptune_query.internal.context as query_context
import neptune_query.internal.retrieval.files as query_files
from neptune_query.types import File


def spoilt(url, how):
    """The same address, expired an hour ago or with another signature; either in the manner of both storages."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    changes = {
        "expired": {
            "se": past.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "X-Goog-Date": past.strftime("%Y%m%dT%H%M%SZ"),
            "X-Goog-Expires": "1",
        },
        "altered": {"sig": "AAAA", "X-Goog-Signature": "AAAA"},
    }[how]
    known = {name: value for name, value in changes.items() if name in query}
    assert known, f"nothing to change in {sorted(query)}"
    return urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode({**query, **known})))


def fetcher(project, path, how):
    """The digest of what neptune-fetcher downloads."""
    context = fetcher_context.Context(project=project, api_token=os.environ["NEPTUNE_API_TOKEN"])
    client = fetcher_client.get_client(context)
    signed = fetcher_files.fetch_signed_urls(client, project, [path], "read")[0]
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "file"
        old = dataclasses.replace(signed, url=spoilt(signed.url, how))
        fetcher_files.download_file_retry(client=client, project_identifier=project, signed_file=old, target_path=target)
        return hashlib.sha256(target.read_bytes()).hexdigest()


def query(project, path, how):
    """The digest of what neptune-query downloads."""
    context = query_context.Context(project=project, api_token=os.environ["NEPTUNE_API_TOKEN"])
    client = query_client.get_client(context)
    file = File(
        project_identifier=project, experiment_name="any", run_id=None, attribute_path="any", step=None, path=path,
        size_bytes=0, mime_type="application/octet-stream",
    )
    signed = query_files.fetch_signed_urls(client, [file], "read")[0]
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "file"
        old = dataclasses.replace(signed, url=spoilt(signed.url, how))
        query_files.download_file_complete(client=client, signed_file=old, target_path=target)
        return hashlib.sha256(target.read_bytes()).hexdigest()
