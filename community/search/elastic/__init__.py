"""The production engine: Elasticsearch, through ``elasticsearch.dsl``.

Two aliases: ``name-mark`` is read, ``name-mark-w`` is written; mark stands for the fields, so two releases can run
side by side. A rebuild fills a new index and moves both aliases at once. Nothing is used that needs scripts, analysers
or plugins: the same code runs on the bare server, the official image and a managed cluster.
"""

from community.search.elastic.connection import client
from community.search.elastic.engine import Elastic

__all__ = ["Elastic", "client"]
