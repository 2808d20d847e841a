// What of a prompt may leave this host: the pages that stand in it, and what its asker wrote of
// persons.
//
// Pure; any thread.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/routing_config.h"
#include "model/model.h"
#include "policy/private_data.h"

namespace seekd::daemon {

struct PrivateText {
  policy::PrivateKind kind = policy::PrivateKind::phone;
  std::string text;

  bool operator==(const PrivateText&) const = default;
};

// What a prompt is made of beside its words.
struct PromptContent {
  std::vector<std::string> collections = {};    // that its passages are of, each once
  std::vector<PrivateText> private_texts = {};  // what [privacy] names of the asker's words
  bool has_shape = false;  // the answer is text of a schema, which is kept to on this host alone
};

// Of a conversation, before pages are put into it: what a page says of a person is public, or the
// page's collection is not allowed to leave.
std::vector<PrivateText> private_texts(const std::vector<model::Message>& conversation,
                                       const policy::MaskingPolicy& policy);

// Why it may not, or cannot, go where the route leads; nullopt: it may. Of a local route it always
// may.
std::optional<std::string> forbidden_to_leave(const PromptContent& content,
                                              const config::RouteConfig& route);

// The messages as they leave: where the route masks, "[email]" stands for what was private, in text
// and in calls' arguments.
std::vector<model::Message> as_they_leave(std::vector<model::Message> messages,
                                          const PromptContent& content,
                                          const config::RouteConfig& route);

}  // namespace seekd::daemon
