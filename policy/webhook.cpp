#include "policy/webhook.h"

namespace seekd::policy {

SiteRule webhook_rule(const Webhook& webhook) {
  const Result<Url> url = parse_url(webhook.url);
  if (!url) return SiteRule{.host = "invalid"};  // a special name, which no rule opens unnamed
  return {.host = url->host, .path_prefix = "/", .scheme = url->scheme, .port = url->port};
}

EgressPolicy webhook_policy(const EgressPolicy& policy, const Webhook& webhook) {
  EgressPolicy judged = policy;
  judged.allow = {webhook_rule(webhook)};
  judged.allow_option = "egress.webhook";
  return judged;
}

}  // namespace seekd::policy
