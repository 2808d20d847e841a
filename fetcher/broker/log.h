// The broker's log: one line an event, on stderr. Under systemd the line begins with its priority
// (sd-daemon(3)) and leaves the time to the journal.
#pragma once

#include <memory>

#include <spdlog/logger.h>

#include "fetcher/wire.h"
#include "fetcher/wire_download.h"
#include "fetcher/wire_search.h"
#include "fetcher/wire_upstream.h"

namespace seekd::fetcher {

// `journal_stream`: $JOURNAL_STREAM, nullptr where it is not set.
std::shared_ptr<spdlog::logger> make_log(const char* journal_stream);

// "fetch outcome=refused reason=… provenance=… url="…" … detail="…"": refusals and failures as
// warnings, pages as information; each with its reason code, and where its URL came from.
void log_verdict(spdlog::logger& log, const FetchRequest& request, const FetchReply& reply);

// "download outcome=delivered … url="…" … offset=…", likewise. Of the last URL without its query:
// hubs redirect to addresses that are signed there, and open the file to whoever has them.
void log_verdict(spdlog::logger& log, const DownloadRequest& request, const FetchReply& reply);

// "upstream outcome=delivered … upstream=… path=… sent=…", likewise: not what a model was asked.
void log_verdict(spdlog::logger& log, const UpstreamRequest& request, const FetchReply& reply);

// "search outcome=answered … provider=… …", likewise.
void log_search(spdlog::logger& log, const SearchRequest& request, const FetchReply& reply);

// "notice outcome=delivered … webhook=… …", likewise: of what was told nothing.
void log_notice(spdlog::logger& log, std::string_view webhook, std::string_view trace_id,
                const FetchReply& reply);

}  // namespace seekd::fetcher
