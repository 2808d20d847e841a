#include "config/webhook_reader.h"

#include <array>
#include <string>

#include "config/scalar_readers.h"
#include "config/table_reader.h"
#include "policy/collection.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

constexpr std::size_t webhooks_max = 100;

Result<std::string> read_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && !policy::is_collection_name(*name)) {
    return refuse(value, policy::quoted(*name) +
                             " is no webhook's name: 1 to 64 lower-case letters, digits, '-' and "
                             "'_'");
  }
  return name;
}

// Its host may be one of this network: the exception that it then needs is warned of elsewhere.
Result<std::string> read_url(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  const Result<policy::Url> url = policy::parse_url(*text);
  if (!url) return refuse(value, policy::quoted(*text) + ": " + url.error().message);
  return url->text();
}

using W = policy::Webhook;

constexpr std::array webhook_keys{
    Key<W>{"name", [](W& w, const Value& v) { return assign(w.name, read_name(v)); }},
    Key<W>{"url", [](W& w, const Value& v) { return assign(w.url, read_url(v)); }},
    Key<W>{"key_file",
           [](W& w, const Value& v) { return assign(w.key_file, read_absolute_path(v)); }},
};

Result<W> read_webhook(const Value& element) {
  Result<W> webhook = read_table(element, webhook_keys);
  if (!webhook) return webhook;
  if (webhook->name.empty()) return refuse(element, "the key name is missing");
  if (webhook->url.empty()) return refuse(element, "the key url is missing");
  return webhook;
}

}  // namespace

Result<std::vector<policy::Webhook>> read_webhooks(const Value& value) {
  return read_tables(value, webhooks_max, read_webhook);
}

}  // namespace seekd::config
