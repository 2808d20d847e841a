#include "fetcher/worker/transfer.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "fetcher/worker/content_type.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

// Small pages of repeated markup compress far better than 1:100; a bomb has to be large to hurt.
constexpr std::uint64_t ratio_floor_bytes = 1 << 20;
constexpr long low_speed_bytes_per_second = 100;
constexpr long low_speed_seconds = 10;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using List = std::unique_ptr<curl_slist, FreeList>;

// What the callbacks share. `enough`: the head said all that is wanted, and the body is not read.
struct Reading {
  const WorkerJob& job;
  const config::FetcherConfig& config;
  X509_STORE* roots;
  Descriptor connection;
  Transfer result;
  std::uint64_t header_bytes = 0;
  std::uint64_t body_wire_bytes = 0;
  bool body_begun = false;
  bool enough = false;

  // libcurl takes a callback's 0 as "stop".
  std::size_t stop(EgressReason reason, std::string message) {
    if (!result.fault) result.fault = TransferFault{reason, std::move(message)};
    return 0;
  }
};

bool wants_body(const Reading& reading) {
  const int status = reading.result.head.status();
  // 203: a proxy changed it on the way; still the page.
  if (reading.job.kind == JobKind::page) return status == 200 || status == 203;
  return status >= 200 && status < 300;
}

// The checks that need no byte of the body.
std::size_t judge_head(Reading& reading, std::size_t bytes) {
  const ResponseHead& head = reading.result.head;
  if (head.status() < 200) return bytes;
  reading.body_begun = true;
  if (const char* fault = head.framing_fault()) {
    return reading.stop(EgressReason::framing_invalid, fault);
  }
  if (!wants_body(reading)) {
    reading.enough = true;
    return 0;
  }
  if (reading.job.kind == JobKind::robots) return bytes;
  if (!page_format(head.content_type())) {
    return reading.stop(EgressReason::content_type_denied,
                        fmt::format("the content type is '{}'", head.content_type()));
  }
  if (head.content_length().value_or(0) > reading.config.wire_bytes_max) {
    return reading.stop(
        EgressReason::body_too_large,
        fmt::format("the body has {} bytes, over fetcher.wire_bytes_max", *head.content_length()));
  }
  return bytes;
}

std::size_t on_header(char* data, std::size_t, std::size_t bytes, void* context) {
  auto& reading = *static_cast<Reading*>(context);
  reading.header_bytes += bytes;
  if (reading.header_bytes > reading.config.header_bytes_max) {
    return reading.stop(EgressReason::framing_invalid, "headers over fetcher.header_bytes_max");
  }
  if (reading.body_begun) return bytes;  // a trailer, which nothing here may depend on
  const std::string_view line(data, bytes);
  if (line == "\r\n" || line == "\n") return judge_head(reading, bytes);
  reading.result.head.add_line(line);
  return bytes;
}

std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* context) {
  auto& reading = *static_cast<Reading*>(context);
  std::string& body = reading.result.body;
  const config::FetcherConfig& config = reading.config;
  if (reading.job.kind == JobKind::robots) {
    // RFC 9309 §2.5: what is beyond the limit is ignored, and the rules before it stand.
    body.append(data, std::min(bytes, policy::robots_bytes_max - body.size()));
    reading.enough = body.size() == policy::robots_bytes_max;
    return reading.enough ? 0 : bytes;
  }
  const std::uint64_t decoded = body.size() + bytes;
  if (reading.body_wire_bytes > config.wire_bytes_max) {
    return reading.stop(EgressReason::body_too_large, "the body is over fetcher.wire_bytes_max");
  }
  if (decoded > config.decoded_bytes_max) {
    return reading.stop(EgressReason::body_too_large, "the body is over fetcher.decoded_bytes_max");
  }
  if (decoded > ratio_floor_bytes && decoded / config.ratio_max > reading.body_wire_bytes) {
    return reading.stop(EgressReason::body_too_large, "the body expands over fetcher.ratio_max");
  }
  body.append(data, bytes);  // within what was reserved: no exception passes through libcurl
  return bytes;
}

// Bytes as they came from the server, chunk framing included and before decoding.
int on_debug(CURL*, curl_infotype type, char*, std::size_t bytes, void* context) {
  auto& reading = *static_cast<Reading*>(context);
  if (type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN) reading.result.wire_bytes += bytes;
  if (type == CURLINFO_DATA_IN) reading.body_wire_bytes += bytes;
  return 0;
}

// A body that decodes to nothing never reaches on_body.
int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& reading = *static_cast<Reading*>(context);
  return reading.body_wire_bytes > reading.config.wire_bytes_max + CURL_MAX_WRITE_SIZE ? 1 : 0;
}

curl_socket_t on_open_socket(void* context, curlsocktype, curl_sockaddr*) {
  const int fd = static_cast<Reading*>(context)->connection.release();
  return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

int on_socket_option(void*, curl_socket_t, curlsocktype) {
  return CURL_SOCKOPT_ALREADY_CONNECTED;
}

CURLcode on_tls_context(CURL*, void* tls_context, void* context) {
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(tls_context),
                          static_cast<Reading*>(context)->roots);
  return CURLE_OK;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  // Options fail where libcurl was built without the feature, which then needs no switching off.
  static_cast<void>(curl_easy_setopt(easy, option, value));
}

void set_limits(CURL* easy, const Reading& reading) {
  const long time_ms = reading.job.time_ms_max;
  set(easy, CURLOPT_TIMEOUT_MS, time_ms);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,  // TCP stands; this is the TLS handshake
      std::min<long>(time_ms, reading.config.connect_timeout.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, low_speed_bytes_per_second);
  set(easy, CURLOPT_LOW_SPEED_TIME, low_speed_seconds);
  // libcurl 7.88 does not poll a descriptor that stands already; it looks again when this time is
  // over (default 200 ms).
  set(easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, 1L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
}

// Everything that could make libcurl talk to somebody else, or remember.
void set_isolation(CURL* easy) {
  set(easy, CURLOPT_PROTOCOLS_STR, "https,http");
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_COOKIEFILE, static_cast<char*>(nullptr));
  set(easy, CURLOPT_HSTS_CTRL, 0L);
  set(easy, CURLOPT_ALTSVC_CTRL, 0L);
  set(easy, CURLOPT_DOH_URL, static_cast<char*>(nullptr));
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
}

void set_tls(CURL* easy, Reading& reading) {
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  // The roots were loaded before the sandbox closed the file system.
  set(easy, CURLOPT_CAINFO, static_cast<char*>(nullptr));
  set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  set(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  set(easy, CURLOPT_SSL_CTX_DATA, &reading);
}

void set_callbacks(CURL* easy, Reading& reading) {
  set(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, &reading);
  set(easy, CURLOPT_SOCKOPTFUNCTION, on_socket_option);
  set(easy, CURLOPT_HEADERFUNCTION, on_header);
  set(easy, CURLOPT_HEADERDATA, &reading);
  set(easy, CURLOPT_WRITEFUNCTION, on_body);
  set(easy, CURLOPT_WRITEDATA, &reading);
  set(easy, CURLOPT_VERBOSE, 1L);  // without it the debug function is not called
  set(easy, CURLOPT_DEBUGFUNCTION, on_debug);
  set(easy, CURLOPT_DEBUGDATA, &reading);
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  set(easy, CURLOPT_XFERINFODATA, &reading);
}

List list_of(std::initializer_list<std::string> lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    if (!line.empty()) list = curl_slist_append(list, line.c_str());
  }
  return List(list);
}

// A stored validator goes back as it came; one that could end the header line does not.
std::string condition(std::string_view name, const std::string& value) {
  const bool plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
  return value.empty() || !plain ? "" : fmt::format("{}: {}", name, value);
}

List request_headers(const WorkerJob& job) {
  return list_of({"Accept: text/html,application/xhtml+xml,text/plain;q=0.9,text/markdown;q=0.9",
                  "Connection: close", condition("If-None-Match", job.etag),
                  condition("If-Modified-Since", job.last_modified)});
}

EgressReason reason_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return EgressReason::timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return EgressReason::tls_failed;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9
    case CURLE_OUT_OF_MEMORY:         // libcurl's answer to one header line over 100 KiB
    case CURLE_BAD_CONTENT_ENCODING:
      return EgressReason::framing_invalid;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_FILESIZE_EXCEEDED:
      return EgressReason::body_too_large;
    default:
      return EgressReason::internal;
  }
}

// libcurl reports success where more came than Content-Length announced.
bool has_excess(const Reading& reading) {
  const auto length = reading.result.head.content_length();
  return length && wants_body(reading) && reading.body_wire_bytes > *length;
}

void finish(Reading& reading, CURLcode code, std::string_view detail) {
  if (reading.result.fault || reading.enough) return;
  if (code != CURLE_OK) {
    reading.stop(reason_of(code), detail.empty() ? curl_easy_strerror(code) : std::string(detail));
  } else if (has_excess(reading)) {
    reading.stop(EgressReason::framing_invalid, "the body is longer than its Content-Length");
  }
}

}  // namespace

Transfer transfer(const WorkerJob& job, Descriptor connection, X509_STORE* roots,
                  const config::FetcherConfig& config) {
  Reading reading{job, config, roots, std::move(connection), {}};
  reading.result.body.reserve(std::max(config.decoded_bytes_max, policy::robots_bytes_max));
  const Easy easy(curl_easy_init());
  if (!easy) {
    reading.stop(EgressReason::internal, "libcurl: out of memory");
    return std::move(reading.result);
  }
  char detail[CURL_ERROR_SIZE] = "";
  const List headers = request_headers(job);
  // A pin, so that libcurl resolves nothing; the address is never connected to (RFC 5737).
  const List pin = list_of({fmt::format("{}:{}:192.0.2.1", job.url.host, job.url.port)});
  set(easy.get(), CURLOPT_ERRORBUFFER, static_cast<char*>(detail));
  set(easy.get(), CURLOPT_URL, job.url.text().c_str());
  set(easy.get(), CURLOPT_PATH_AS_IS, 1L);
  set(easy.get(), CURLOPT_RESOLVE, pin.get());
  set(easy.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  set(easy.get(), CURLOPT_USERAGENT, config.user_agent.c_str());
  set(easy.get(), CURLOPT_ACCEPT_ENCODING, "");  // every coding that libcurl was built with
  set_limits(easy.get(), reading);
  set_isolation(easy.get());
  set_tls(easy.get(), reading);
  set_callbacks(easy.get(), reading);
  finish(reading, curl_easy_perform(easy.get()), detail);
  return std::move(reading.result);
}

}  // namespace seekd::fetcher
