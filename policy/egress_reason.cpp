#include <cstddef>
#include <iterator>
#include <utility>

#include "policy/egress.h"

namespace seekd::policy {
namespace {

constexpr std::pair<EgressReason, std::string_view> reason_names[] = {
    {EgressReason::allowed, "allowed"},
    {EgressReason::no_provenance, "no_provenance"},
    {EgressReason::url_invalid, "url_invalid"},
    {EgressReason::url_ambiguous, "url_ambiguous"},
    {EgressReason::userinfo, "userinfo"},
    {EgressReason::url_too_long, "url_too_long"},
    {EgressReason::scheme_denied, "scheme_denied"},
    {EgressReason::port_denied, "port_denied"},
    {EgressReason::ip_literal, "ip_literal"},
    {EgressReason::host_invalid, "host_invalid"},
    {EgressReason::special_name, "special_name"},
    {EgressReason::host_denied, "host_denied"},
    {EgressReason::host_not_allowed, "host_not_allowed"},
    {EgressReason::robots_denied, "robots_denied"},
    {EgressReason::robots_unavailable, "robots_unavailable"},
    {EgressReason::rate_limited, "rate_limited"},
    {EgressReason::outside_hours, "outside_hours"},
    {EgressReason::resolve_failed, "resolve_failed"},
    {EgressReason::resolve_timeout, "resolve_timeout"},
    {EgressReason::too_many_addresses, "too_many_addresses"},
    {EgressReason::address_denied, "address_denied"},
    {EgressReason::peer_mismatch, "peer_mismatch"},
    {EgressReason::connect_failed, "connect_failed"},
    {EgressReason::proxy_unauthorized, "proxy_unauthorized"},
    {EgressReason::tls_failed, "tls_failed"},
    {EgressReason::redirect_invalid, "redirect_invalid"},
    {EgressReason::redirect_downgrade, "redirect_downgrade"},
    {EgressReason::too_many_redirects, "too_many_redirects"},
    {EgressReason::framing_invalid, "framing_invalid"},
    {EgressReason::body_too_large, "body_too_large"},
    {EgressReason::range_invalid, "range_invalid"},
    {EgressReason::content_type_denied, "content_type_denied"},
    {EgressReason::content_mismatch, "content_mismatch"},
    {EgressReason::content_invalid, "content_invalid"},
    {EgressReason::http_error, "http_error"},
    {EgressReason::timeout, "timeout"},
    {EgressReason::worker_failed, "worker_failed"},
    {EgressReason::internal, "internal"},
};
static_assert(std::size(reason_names) == static_cast<std::size_t>(EgressReason::internal) + 1);

}  // namespace

std::string_view to_string(Provenance provenance) {
  switch (provenance) {
    case Provenance::user:
      return "user";
    case Provenance::site_list:
      return "site_list";
    case Provenance::search_result:
      return "search_result";
    case Provenance::page_link:
      return "page_link";
    case Provenance::feed:
      return "feed";
    case Provenance::model_pull:
      return "model_pull";
    case Provenance::search_query:
      return "search_query";
    case Provenance::webhook:
      return "webhook";
    case Provenance::model_request:
      return "model_request";
  }
  return "user";
}

std::optional<Provenance> parse_provenance(std::string_view text) {
  for (const auto provenance :
       {Provenance::user, Provenance::site_list, Provenance::search_result, Provenance::page_link,
        Provenance::feed, Provenance::model_pull, Provenance::search_query, Provenance::webhook,
        Provenance::model_request}) {
    if (text == to_string(provenance)) return provenance;
  }
  return std::nullopt;
}

std::string_view to_string(EgressReason reason) {
  for (const auto& [known, name] : reason_names) {
    if (known == reason) return name;
  }
  return "internal";
}

}  // namespace seekd::policy
