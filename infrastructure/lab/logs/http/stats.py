"""The `stats` object of an answer: what the query cost, in Loki's fields."""

from typing import Any

from infrastructure.lab.logs.engine.scan import Tally

_CACHES = ("chunk", "index", "result", "statsResult", "volumeResult", "seriesResult")
_MORE_CACHES = ("labelResult", "instantMetricResult")
_PAGES = (
    "prePredicateDecompressedRows",
    "prePredicateDecompressedBytes",
    "prePredicateDecompressedStructuredMetadataBytes",
    "postPredicateRows",
    "postPredicateDecompressedBytes",
    "postPredicateStructuredMetadataBytes",
    "postFilterRows",
    "pagesScanned",
    "pagesDownloaded",
    "pagesDownloadedBytes",
    "pageBatches",
    "totalRowsAvailable",
    "totalPageDownloadTime",
)
_CACHE_FIELDS = (
    "entriesFound",
    "entriesRequested",
    "entriesStored",
    "bytesReceived",
    "bytesSent",
    "requests",
    "downloadTime",
    "queryLengthServed",
)


def _zeros(names: tuple[str, ...]) -> dict[str, int]:
    return dict.fromkeys(names, 0)


def _store(tally: Tally) -> dict[str, Any]:
    return {
        "totalChunksRef": 0,
        "totalChunksDownloaded": 0,
        "chunksDownloadTime": 0,
        "queryReferencedStructuredMetadata": False,
        "queryUsedV2Engine": False,
        "chunk": {
            "headChunkBytes": tally.size_bytes,
            "headChunkLines": tally.lines,
            "decompressedBytes": 0,
            "decompressedLines": 0,
            "compressedBytes": 0,
            "totalDuplicates": 0,
            "postFilterLines": tally.matched,
            "headChunkStructuredMetadataBytes": tally.metadata_bytes,
            "decompressedStructuredMetadataBytes": 0,
        },
        "chunkRefsFetchTime": 0,
        "congestionControlLatency": 0,
        "pipelineWrapperFilteredLines": 0,
        "dataobj": _zeros(_PAGES),
    }


def _summary(tally: Tally, seconds: float) -> dict[str, Any]:
    return {
        "bytesProcessedPerSecond": int(tally.size_bytes / seconds),
        "linesProcessedPerSecond": int(tally.lines / seconds),
        "totalBytesProcessed": tally.size_bytes,
        "totalLinesProcessed": tally.lines,
        "execTime": seconds,
        "queueTime": 0,
        "subqueries": 0,
        "totalEntriesReturned": tally.returned,
        "splits": 0,
        "shards": 1,
        "totalPostFilterLines": tally.matched,
        "totalStructuredMetadataBytesProcessed": tally.metadata_bytes,
    }


def statistics(tally: Tally, seconds: float) -> dict[str, Any]:
    """Return the whole object; everything is read from memory, so chunks and caches count zero."""
    return {
        "summary": _summary(tally, max(seconds, 1e-9)),
        "querier": {"store": _store(Tally()), "querierExecTime": seconds},
        "ingester": {
            "totalReached": 1,
            "totalChunksMatched": tally.streams,
            "totalBatches": tally.streams,
            "totalLinesSent": tally.returned,
            "store": _store(tally),
            "recvWaitTime": 0,
        },
        "cache": {name: _zeros(_CACHE_FIELDS) for name in (*_CACHES, *_MORE_CACHES)},
        "index": {
            "totalChunks": 0,
            "postFilterChunks": 0,
            "shardsDuration": 0,
            "usedBloomFilters": False,
            "totalStreams": 0,
            "chunkRefsLookupTime": 0,
            "bloomFilterTime": 0,
        },
    }
