// What notices to webhooks are signed with: a key each, out of a file of its own. The broker has
// them and signs; seekd, the workers, the log and the replies never see one.
//
// The signature is that of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over
// "ID.TIMESTAMP.BODY" in `webhook-signature`, beside `webhook-id`, which is the same however often
// a notice is sent, and `webhook-timestamp`. A key is "whsec_" and base64, or any other line.
//
// Read once, before the sandbox: another key takes a restart. Errors: as read_secret_file();
// invalid_argument, of what is no such line.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "fetcher/broker/named_keys.h"
#include "fetcher/wire_notice.h"
#include "policy/page.h"
#include "policy/result.h"
#include "policy/webhook.h"

namespace seekd::fetcher {

class WebhookKeys {
 public:
  // `credentials`: what $CREDENTIALS_DIRECTORY says; of a webhook without a key_file the credential
  // "webhook-key-NAME" is taken, where there is one.
  static Result<WebhookKeys> load(std::span<const policy::Webhook> webhooks,
                                  const std::filesystem::path& credentials);

  // The header fields of a notice that is sent now; without a key no signature.
  std::vector<std::string> fields_for(const NoticeRequest& request, TimePoint now) const;

 private:
  NamedKeys by_webhook_;  // the bytes of each key
};

}  // namespace seekd::fetcher
