#include "fetcher/worker/transfer.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include "fetcher/worker/upstream/upstream_reply.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

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

// What the callbacks share. libcurl takes a short count, or a 1 of the progress function, as
// "stop".
struct Conversation {
  ResponseReader reader;
  int sink;  // -1, but for a file and an upstream
  std::optional<UpstreamReply> upstream;
  X509_STORE* roots;
  Descriptor connection;
  int socket = -1;          // the same, once it is libcurl's
  bool peer_ended = false;  // when libcurl closed it
};

using Next = ResponseReader::Next;

std::size_t on_header(char* data, std::size_t, std::size_t bytes, void* context) {
  auto& reader = static_cast<Conversation*>(context)->reader;
  return reader.header_line({data, bytes}) == Next::more ? bytes : 0;
}

// What is read in an upstream's reply, and nothing of the reply itself.
bool hand_on_lines(Conversation& conversation, const Result<std::string>& lines) {
  if (lines) return lines->empty() || write_all(conversation.sink, *lines);
  conversation.reader.refuse_body(lines.error().message);
  return false;
}

std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* context) {
  auto& conversation = *static_cast<Conversation*>(context);
  if (conversation.reader.body({data, bytes}) != Next::more) return 0;
  if (conversation.upstream) {
    const auto lines = conversation.upstream->feed(conversation.reader.head(), {data, bytes});
    return hand_on_lines(conversation, lines) ? bytes : 0;
  }
  const bool taken = conversation.sink < 0 || write_all(conversation.sink, {data, bytes});
  return taken ? bytes : 0;
}

int on_debug(CURL*, curl_infotype type, char*, std::size_t bytes, void* context) {
  auto& reader = static_cast<Conversation*>(context)->reader;
  if (type == CURLINFO_HEADER_IN) reader.count_header(bytes);
  if (type == CURLINFO_DATA_IN) reader.count_body(bytes);
  return 0;
}

// tcp(7): what the peer has sent and the kernel has taken. It sees what libcurl does not tell of:
// control frames, padding, empty records.
std::uint64_t received_bytes(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool known = getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  return known ? info.tcpi_bytes_received : 0;
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& conversation = *static_cast<Conversation*>(context);
  const std::uint64_t received = received_bytes(conversation.socket);
  return conversation.reader.progress(received) == Next::more ? 0 : 1;
}

// A second one, for a request that libcurl would repeat by itself, is not to be had.
curl_socket_t on_open_socket(void* context, curlsocktype, curl_sockaddr*) {
  auto& conversation = *static_cast<Conversation*>(context);
  conversation.socket = conversation.connection.release();
  return conversation.socket >= 0 ? conversation.socket : CURL_SOCKET_BAD;
}

int on_close_socket(void* context, curl_socket_t socket) {
  pollfd end{socket, POLLRDHUP, 0};
  static_cast<Conversation*>(context)->peer_ended = poll(&end, 1, 0) == 1;
  return close(socket);
}

int on_socket_option(void*, curl_socket_t, curlsocktype) {
  return CURL_SOCKOPT_ALREADY_CONNECTED;
}

CURLcode on_tls_context(CURL*, void* tls_context, void* context) {
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(tls_context),
                          static_cast<Conversation*>(context)->roots);
  return CURLE_OK;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  // Options fail where libcurl was built without the feature, which then needs no switching off.
  static_cast<void>(curl_easy_setopt(easy, option, value));
}

void set_limits(CURL* easy, const WorkerJob& job, const config::FetcherConfig& config) {
  const long time_ms = job.time_ms_max;
  set(easy, CURLOPT_TIMEOUT_MS, time_ms);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,  // TCP stands; this is the TLS handshake
      std::min<long>(time_ms, config.connect_timeout.count()));
  const bool file = job.kind == JobKind::file;
  const bool has_stall = file || is_upstream(job.kind);
  set(easy, CURLOPT_LOW_SPEED_LIMIT,
      file                    ? long{file_bytes_per_second_min}
      : is_upstream(job.kind) ? 1L  // a model may think before each word
                              : low_speed_bytes_per_second);
  set(easy, CURLOPT_LOW_SPEED_TIME, has_stall ? long{job.stall_s_max} : low_speed_seconds);
  // libcurl 7.88 does not poll a descriptor that stands already; it looks again when this time is
  // over (default 200 ms).
  set(easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, 1L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
}

// Everything that could make libcurl talk to somebody else, or remember.
void set_isolation(CURL* easy) {
  set(easy, CURLOPT_PROTOCOLS_STR, "https,http");
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
  set(easy, CURLOPT_NOPROXY, "");
  set(easy, CURLOPT_PROXY, "");  // those of the environment; the policy's is behind us (tunnel.h)
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_COOKIEFILE, static_cast<char*>(nullptr));
  set(easy, CURLOPT_HSTS_CTRL, 0L);
  set(easy, CURLOPT_ALTSVC_CTRL, 0L);
  set(easy, CURLOPT_DOH_URL, static_cast<char*>(nullptr));
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
}

void set_tls(CURL* easy, Conversation& conversation) {
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  // The roots were loaded before the sandbox closed the file system.
  set(easy, CURLOPT_CAINFO, static_cast<char*>(nullptr));
  set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  set(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  set(easy, CURLOPT_SSL_CTX_DATA, &conversation);
}

void set_callbacks(CURL* easy, Conversation& conversation) {
  set(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, &conversation);
  set(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  set(easy, CURLOPT_CLOSESOCKETDATA, &conversation);
  set(easy, CURLOPT_SOCKOPTFUNCTION, on_socket_option);
  set(easy, CURLOPT_HEADERFUNCTION, on_header);
  set(easy, CURLOPT_HEADERDATA, &conversation);
  set(easy, CURLOPT_WRITEFUNCTION, on_body);
  set(easy, CURLOPT_WRITEDATA, &conversation);
  set(easy, CURLOPT_VERBOSE, 1L);  // without it the debug function is not called
  set(easy, CURLOPT_DEBUGFUNCTION, on_debug);
  set(easy, CURLOPT_DEBUGDATA, &conversation);
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  set(easy, CURLOPT_XFERINFODATA, &conversation);
}

// It outlives the transfer.
void set_body(CURL* easy, const std::string& body) {
  set(easy, CURLOPT_POST, 1L);
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(easy, CURLOPT_POSTFIELDS, body.data());
}

// The transfer has ended as its framing says; what it said may not have.
void end_upstream(Conversation& conversation) {
  const ResponseHead& head = conversation.reader.head();
  if (!conversation.upstream || head.status() < 200) return;
  hand_on_lines(conversation, conversation.upstream->end(head));
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

// What has to match a hash is wanted as it is.
List file_headers(const WorkerJob& job) {
  return list_of({"Accept: */*", "Accept-Encoding: identity", "Connection: close",
                  job.offset > 0 ? fmt::format("Range: bytes={}-", job.offset) : ""});
}

// The words of errors in the answers are looked at, and those are English ones.
List search_headers(const WorkerJob& job) {
  return list_of(
      {"Accept: application/json,application/rss+xml,application/atom+xml,"
       "application/opensearchdescription+xml,text/html;q=0.8,*/*;q=0.5",
       "Accept-Language: en", "Connection: close", job.secret_field});
}

// Uncompressed, so that each word can be read when it comes.
List upstream_headers(const WorkerJob& job) {
  const bool chat = job.kind == JobKind::chat;
  return list_of({chat ? "Accept: text/event-stream,application/json" : "Accept: application/json",
                  "Accept-Encoding: identity", chat ? "Content-Type: application/json" : "",
                  "Expect:",  // none: nothing is sent twice
                  "Connection: close", job.secret_field});
}

List notice_headers(const WorkerJob& job) {
  List list =
      list_of({"Accept: */*", "Content-Type: application/json", "Expect:", "Connection: close"});
  for (const std::string& field : job.fields) {
    list.reset(curl_slist_append(list.release(), field.c_str()));
  }
  return list;
}

List request_headers(const WorkerJob& job) {
  if (is_upstream(job.kind)) return upstream_headers(job);
  if (job.kind == JobKind::notice) return notice_headers(job);
  if (job.kind == JobKind::file) return file_headers(job);
  if (job.kind == JobKind::listing) {
    return list_of({"Accept: application/json", "Connection: close"});
  }
  if (is_search(job.kind)) return search_headers(job);
  return list_of(
      {"Accept: text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.9,"
       "application/rss+xml;q=0.9,application/atom+xml;q=0.9,application/xml;q=0.8,"
       "text/xml;q=0.8,application/json;q=0.8,application/pdf;q=0.7",
       "Connection: close",  // left out of HTTP/2, which has no such field
       condition("If-None-Match", job.etag), condition("If-Modified-Since", job.last_modified)});
}

// Before the first byte of an answer a broken connection says nothing of the server's framing: the
// request may be sent again (RFC 9110 §9.2.2, RFC 9113 §8.7).
bool is_broken_connection(CURLcode code) {
  switch (code) {
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
      return true;
    default:
      return false;
  }
}

EgressReason reason_of(CURLcode code, const Conversation& conversation) {
  if (conversation.reader.unanswered() && conversation.peer_ended && is_broken_connection(code)) {
    return EgressReason::connect_failed;
  }
  switch (code) {
    case CURLE_COULDNT_CONNECT:  // libcurl would send the request again, and has no second socket
      return EgressReason::connect_failed;
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
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return EgressReason::framing_invalid;
    default:
      return EgressReason::internal;
  }
}

}  // namespace

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

Transfer transfer(const WorkerJob& job, Descriptor connection, const Descriptor& sink,
                  const std::string& body, X509_STORE* roots, const config::FetcherConfig& config) {
  const bool as_it_is = job.kind == JobKind::file || is_upstream(job.kind);
  Conversation conversation{
      {job, config},
      as_it_is ? sink.get() : -1,
      is_upstream(job.kind) ? std::optional<UpstreamReply>(job.kind) : std::nullopt,
      roots,
      std::move(connection)};
  const Easy handle(curl_easy_init());
  CURL* const easy = handle.get();
  if (easy == nullptr) {
    return conversation.reader.end(TransferFault{EgressReason::internal, "libcurl: out of memory"});
  }
  char detail[CURL_ERROR_SIZE] = "";
  const List headers = request_headers(job);
  // A pin, so that libcurl resolves nothing; the address is never connected to (RFC 5737).
  const List pin = list_of({fmt::format("{}:{}:192.0.2.1", job.url.host, job.url.port)});
  set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(detail));
  set(easy, CURLOPT_URL, job.url.text().c_str());
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_RESOLVE, pin.get());
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_HTTPHEADER, headers.get());
  set(easy, CURLOPT_USERAGENT, config.user_agent.c_str());
  // Every coding that libcurl was built with.
  if (!as_it_is) set(easy, CURLOPT_ACCEPT_ENCODING, "");
  if (job.kind == JobKind::chat) set_body(easy, body);
  if (job.kind == JobKind::notice) set_body(easy, job.body);
  set_limits(easy, job, config);
  set_isolation(easy);
  set_tls(easy, conversation);
  set_callbacks(easy, conversation);
  const CURLcode code = curl_easy_perform(easy);
  if (code == CURLE_OK) {
    end_upstream(conversation);
    return conversation.reader.end(std::nullopt);
  }
  const char* message = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  return conversation.reader.end(TransferFault{reason_of(code, conversation), message});
}

}  // namespace seekd::fetcher
