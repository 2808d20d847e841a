#include "policy/egress.h"

namespace seekd::policy {

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
  }
  return "user";
}

std::optional<Provenance> parse_provenance(std::string_view text) {
  for (const auto provenance : {Provenance::user, Provenance::site_list, Provenance::search_result,
                                Provenance::page_link, Provenance::feed}) {
    if (text == to_string(provenance)) return provenance;
  }
  return std::nullopt;
}

std::string_view to_string(EgressReason reason) {
  switch (reason) {
    case EgressReason::allowed:
      return "allowed";
    case EgressReason::no_provenance:
      return "no_provenance";
    case EgressReason::url_invalid:
      return "url_invalid";
    case EgressReason::url_ambiguous:
      return "url_ambiguous";
    case EgressReason::userinfo:
      return "userinfo";
    case EgressReason::url_too_long:
      return "url_too_long";
    case EgressReason::scheme_denied:
      return "scheme_denied";
    case EgressReason::port_denied:
      return "port_denied";
    case EgressReason::ip_literal:
      return "ip_literal";
    case EgressReason::host_invalid:
      return "host_invalid";
    case EgressReason::special_name:
      return "special_name";
    case EgressReason::host_denied:
      return "host_denied";
    case EgressReason::host_not_allowed:
      return "host_not_allowed";
    case EgressReason::robots_denied:
      return "robots_denied";
    case EgressReason::robots_unavailable:
      return "robots_unavailable";
    case EgressReason::rate_limited:
      return "rate_limited";
    case EgressReason::resolve_failed:
      return "resolve_failed";
    case EgressReason::resolve_timeout:
      return "resolve_timeout";
    case EgressReason::too_many_addresses:
      return "too_many_addresses";
    case EgressReason::address_denied:
      return "address_denied";
    case EgressReason::peer_mismatch:
      return "peer_mismatch";
    case EgressReason::connect_failed:
      return "connect_failed";
    case EgressReason::tls_failed:
      return "tls_failed";
    case EgressReason::redirect_invalid:
      return "redirect_invalid";
    case EgressReason::redirect_downgrade:
      return "redirect_downgrade";
    case EgressReason::too_many_redirects:
      return "too_many_redirects";
    case EgressReason::framing_invalid:
      return "framing_invalid";
    case EgressReason::body_too_large:
      return "body_too_large";
    case EgressReason::content_type_denied:
      return "content_type_denied";
    case EgressReason::content_mismatch:
      return "content_mismatch";
    case EgressReason::content_invalid:
      return "content_invalid";
    case EgressReason::http_error:
      return "http_error";
    case EgressReason::timeout:
      return "timeout";
    case EgressReason::worker_failed:
      return "worker_failed";
    case EgressReason::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace seekd::policy
