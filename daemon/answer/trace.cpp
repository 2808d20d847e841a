#include "daemon/answer/trace.h"

#include "policy/utf8.h"

namespace seekd::daemon {

std::string_view to_string(TraceStep::Kind kind) {
  switch (kind) {
    case TraceStep::Kind::judged:
      return "judged";
    case TraceStep::Kind::surveyed:
      return "surveyed";
    case TraceStep::Kind::worded:
      return "worded";
    case TraceStep::Kind::web_search:
      return "web_search";
    case TraceStep::Kind::web_results:
      return "web_results";
    case TraceStep::Kind::chosen:
      return "chosen";
    case TraceStep::Kind::round:
      return "round";
    case TraceStep::Kind::fetching:
      return "fetching";
    case TraceStep::Kind::fetched:
      return "fetched";
    case TraceStep::Kind::unchanged:
      return "unchanged";
    case TraceStep::Kind::stored:
      return "stored";
    case TraceStep::Kind::not_read:
      return "not_read";
    case TraceStep::Kind::coverage:
      return "coverage";
    case TraceStep::Kind::opinion:
      return "opinion";
    case TraceStep::Kind::enough:
      return "enough";
    case TraceStep::Kind::budget:
      return "budget";
    case TraceStep::Kind::source:
      return "source";
    case TraceStep::Kind::prompt:
      return "prompt";
    case TraceStep::Kind::generating:
      return "generating";
    case TraceStep::Kind::generated:
      return "generated";
    case TraceStep::Kind::citation_dropped:
      return "citation_dropped";
    case TraceStep::Kind::shared:
      return "shared";
    case TraceStep::Kind::cached:
      return "cached";
  }
  return "";
}

TraceStep trace_step(TraceStep::Kind kind, std::string_view url, std::string_view detail) {
  return {.kind = kind,
          .url = std::string(policy::first_bytes(url, trace_detail_bytes_max)),
          .detail = std::string(policy::first_bytes(detail, trace_detail_bytes_max))};
}

}  // namespace seekd::daemon
