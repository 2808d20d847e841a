#include "fetcher/worker/response_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "fetcher/extract/content_type.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

// Small pages of repeated markup compress far better than 1:100; a bomb has to be large to hurt.
constexpr std::uint64_t ratio_floor_bytes = 1 << 20;
// libcurl hands a body on in pieces of at most this size, so that body() has seen all but the last.
constexpr std::uint64_t piece_bytes_max = 16 * 1024;
// Records, frames and chunks of an honest server are a few hundredths of what they carry.
constexpr std::uint64_t framing_factor_max = 2;

}  // namespace

ResponseReader::ResponseReader(const WorkerJob& job, const config::FetcherConfig& config)
    : job_(job), config_(config) {
  if (is_file() || is_upstream(job.kind)) return;
  result_.body.reserve(std::max(config.decoded_bytes_max, policy::robots_bytes_max));
}

void ResponseReader::count_body(std::size_t bytes) {
  result_.wire_bytes += bytes;
  body_wire_bytes_ += bytes;
}

ResponseReader::Next ResponseReader::stop(EgressReason reason, std::string message) {
  if (!result_.fault) result_.fault = TransferFault{reason, std::move(message)};
  return Next::stop;
}

bool ResponseReader::wants_body() const {
  const int status = result_.head.status();
  // 203: a proxy changed it on the way; still the page.
  if (job_.kind == JobKind::page) return status == 200 || status == 203;
  if (job_.kind == JobKind::listing) return status == 200;
  if (is_file()) return status == 200 || status == 206;
  if (job_.kind == JobKind::notice) return false;
  // What a provider says beside its refusal tells a CAPTCHA from a full quota.
  if (job_.kind == JobKind::search) return status == 200 || status >= 400;
  if (is_upstream(job_.kind)) return status == 200 || status >= 400;
  return status >= 200 && status < 300;
}

ResponseReader::Next ResponseReader::header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > config_.header_bytes_max) {
    return stop(EgressReason::framing_invalid, "headers over fetcher.header_bytes_max");
  }
  if (body_begun_) return Next::more;  // a trailer, which nothing here may depend on
  result_.head.add_line(line);
  return ends_head(line) ? judge_head() : Next::more;
}

// Of the types that can be read, the policy may take some alone.
bool ResponseReader::is_taken(std::string_view type) const {
  const auto& taken = config_.content_types;
  return taken.empty() || std::ranges::find(taken, type) != taken.end();
}

// The checks that need no byte of the body.
ResponseReader::Next ResponseReader::judge_head() {
  const ResponseHead& head = result_.head;
  if (head.status() < 200) return Next::more;
  body_begun_ = true;
  if (const char* fault = head.framing_fault()) return stop(EgressReason::framing_invalid, fault);
  if (!wants_body()) {
    enough_ = true;
    return Next::stop;
  }
  if (job_.kind == JobKind::robots) return Next::more;
  if (is_file()) return judge_file_head();
  if (job_.kind == JobKind::page &&
      (!page_format(head.content_type()) || !is_taken(media_type(head.content_type())))) {
    return stop(EgressReason::content_type_denied,
                fmt::format("the content type is '{}'", head.content_type()));
  }
  if (head.content_length().value_or(0) > config_.wire_bytes_max) {
    return stop(
        EgressReason::body_too_large,
        fmt::format("the body has {} bytes, over fetcher.wire_bytes_max", *head.content_length()));
  }
  return Next::more;
}

// RFC 9110 §14.2: a server may answer a Range with the whole file, and a file that has changed
// since has another length. What it would bring cannot be put behind what is there.
ResponseReader::Next ResponseReader::judge_file_head() {
  const ResponseHead& head = result_.head;
  const std::uint64_t wanted = job_.file_bytes - job_.offset;
  if (head.status() == 206) {
    const ContentRange all{job_.offset, job_.file_bytes - 1, job_.file_bytes};
    if (head.content_range() == all) return Next::more;
    return stop(EgressReason::range_invalid,
                fmt::format("the server answers with another range than {}-{}/{}", all.first,
                            all.last, all.total));
  }
  if (job_.offset > 0) {
    return stop(EgressReason::range_invalid, "the server answers a range with the whole file");
  }
  if (head.content_length().value_or(wanted) == wanted) return Next::more;
  return stop(EgressReason::range_invalid,
              fmt::format("the file has {} bytes, not the {} that the listing says",
                          *head.content_length(), wanted));
}

ResponseReader::Next ResponseReader::file_body(std::size_t bytes) {
  if (bytes > job_.file_bytes - job_.offset - file_bytes_) {
    return stop(EgressReason::body_too_large, "the server sends more than the file has");
  }
  file_bytes_ += bytes;
  return Next::more;
}

ResponseReader::Next ResponseReader::upstream_body(std::size_t bytes) {
  file_bytes_ += bytes;
  if (file_bytes_ <= config_.decoded_bytes_max) return Next::more;
  return stop(EgressReason::body_too_large, "the upstream says more than any answer has");
}

ResponseReader::Next ResponseReader::refuse_body(std::string message) {
  return stop(EgressReason::content_invalid, std::move(message));
}

// RFC 9309 §2.5: what is beyond the limit is ignored, and the rules before it stand.
ResponseReader::Next ResponseReader::robots_body(std::string_view decoded) {
  std::string& body = result_.body;
  body += decoded.substr(0, policy::robots_bytes_max - body.size());
  enough_ = body.size() == policy::robots_bytes_max;
  return enough_ ? Next::stop : Next::more;
}

ResponseReader::Next ResponseReader::body(std::string_view decoded) {
  if (job_.kind == JobKind::robots) return robots_body(decoded);
  if (is_file()) return file_body(decoded.size());
  if (is_upstream(job_.kind)) return upstream_body(decoded.size());
  const std::uint64_t size = result_.body.size() + decoded.size();
  if (body_wire_bytes_ > config_.wire_bytes_max) {
    return stop(EgressReason::body_too_large, "the body is over fetcher.wire_bytes_max");
  }
  if (size > config_.decoded_bytes_max) {
    return stop(EgressReason::body_too_large, "the body is over fetcher.decoded_bytes_max");
  }
  if (size > ratio_floor_bytes && size / config_.ratio_max > body_wire_bytes_) {
    return stop(EgressReason::body_too_large, "the body expands over fetcher.ratio_max");
  }
  result_.body += decoded;
  return Next::more;
}

ResponseReader::Next ResponseReader::progress(std::uint64_t connection_bytes) {
  if (body_wire_bytes_ > config_.wire_bytes_max + piece_bytes_max) {
    return stop(EgressReason::body_too_large, "the body is over fetcher.wire_bytes_max");
  }
  if (connection_bytes > framing_factor_max * (config_.wire_bytes_max + config_.header_bytes_max)) {
    return stop(EgressReason::framing_invalid,
                "the connection carries far more than headers and a body");
  }
  return Next::more;
}

// libcurl reports success where more came than Content-Length announced.
bool ResponseReader::has_excess() const {
  const auto length = result_.head.content_length();
  return length && wants_body() && body_wire_bytes_ > *length;
}

Transfer ResponseReader::end(std::optional<TransferFault> failure) {
  if (!result_.fault && !enough_) {
    if (progress(0) == Next::stop) return std::move(result_);
    if (failure) {
      result_.fault = std::move(failure);
    } else if (!body_begun_) {  // libcurl reports success here, too
      stop(EgressReason::framing_invalid, "the response ends within its head");
    } else if (has_excess()) {
      stop(EgressReason::framing_invalid, "the body is longer than its Content-Length");
    } else if (is_file() && file_bytes_ != job_.file_bytes - job_.offset) {
      stop(EgressReason::framing_invalid, "the file ends before its last byte");
    }
  }
  return std::move(result_);
}

}  // namespace seekd::fetcher
