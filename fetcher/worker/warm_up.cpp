#include "fetcher/worker/warm_up.h"

#include <fstream>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "fetcher/extract/document.h"
#include "fetcher/extract/pdf.h"

namespace seekd::fetcher {
namespace {

Error roots_error(const std::filesystem::path& file) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return {ErrorCode::not_found,
          "fetcher.ca_file '" + file.native() + "' cannot be loaded (" +
              (reason != nullptr ? reason : "no reason given") +
              "): name a PEM file of certificate authorities, such as that of ca-certificates"};
}

// proc(5): the first number is the total program size in pages.
std::uint64_t address_space_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// The ciphers and providers that the first context fetches.
void warm_tls() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
}

// ICU's detector and converters, which open their data at first use.
bool warm_extraction() {
  return extract_html("<title>caf\xe9</title><p>\xe9t\xe9", "text/html", "").has_value();
}

}  // namespace

Result<Warm> warm_up(const config::FetcherConfig& config) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorCode::internal, "libcurl cannot be initialised");
  }
  Warm warm;
  warm.roots.reset(X509_STORE_new());
  if (!warm.roots || X509_STORE_load_file(warm.roots.get(), config.ca_file.c_str()) != 1) {
    return std::unexpected(roots_error(config.ca_file));
  }
  warm_tls();
  if (!warm_extraction()) return fail(ErrorCode::internal, "a page of our own is not extracted");
  warm.pdf = warm_pdf();
  if (!warm.pdf) return fail(ErrorCode::internal, "a PDF of our own is not read");
  warm.address_space_bytes = address_space_bytes();
  return warm;
}

}  // namespace seekd::fetcher
