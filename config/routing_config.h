// Which model answers what: [[route]], over the local model and those of [[upstream]].
//
// Plain values; any thread. config.h says where they are written.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/access_config.h"
#include "policy/access.h"
#include "policy/collection.h"

namespace seekd::config {

inline constexpr std::string_view local_model = "local";  // as a target and as a backup

// What a model is asked for.
enum class ModelTask : std::uint8_t {
  answer,  // to write an answer
  judge,   // which of a few words is the likelier one, by their probability
};

// What becomes of what [privacy] names, where something is to leave the host.
enum class PrivateData : std::uint8_t {
  mask,    // it leaves without
  refuse,  // it does not leave
  send,
};

// A table [[route]]: a name that callers ask for, and where what they ask goes.
struct RouteConfig {
  std::string name;
  std::string upstream;  // of the target; "" is the local model
  std::string model;     // of the target, as its upstream calls it; "" of the local model
  std::string backup;    // "local", another route's name, or "" for none
  // Of a target that is an upstream's:
  std::size_t context_tokens = 0;
  std::optional<std::chrono::year_month> knowledge_cutoff;  // nullopt: as its makers published
  bool thinks = false;
  std::vector<std::string> collections = {std::string(policy::web_collection)};
  PrivateData private_data = PrivateData::mask;
  // Of what names no model, this route takes:
  std::vector<ModelTask> tasks;
  std::size_t waiting_min = 0;             // while so many wait for the local model
  std::optional<CallerPriority> priority;  // nullopt: of any
  std::vector<policy::Subject> callers = {policy::Subject{}};  // who may ask for it

  bool is_local() const { return upstream.empty(); }
  bool operator==(const RouteConfig&) const = default;
};

}  // namespace seekd::config
