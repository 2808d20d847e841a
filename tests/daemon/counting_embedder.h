// An embedder whose vectors say which text they are of: a text's bytes and its words. It can be
// held in the midst of its work, and be broken.

#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "model/embedder.h"

namespace seekd::daemon {

class CountingEmbedder final : public model::Embedder {
 public:
  CountingEmbedder() {
    info_.name = "counting";
    info_.dimension = 2;
    info_.tokens_max = 5;
  }

  const model::EmbedderInfo& info() const override { return info_; }

  // Words.
  std::size_t count_tokens(model::TextRole, std::string_view text) const override {
    const auto words = 1 + static_cast<std::size_t>(std::ranges::count(text, ' '));
    return std::min(words, info_.tokens_max + 1);
  }

  Result<std::vector<float>> embed(model::TextRole role,
                                   std::span<const std::string> texts) const override {
    held.wait(true);
    if (broken) return fail(ErrorCode::too_large, "memory ran out");
    std::vector<float> rows;
    const std::lock_guard lock(mutex_);
    for (const std::string& text : texts) {
      rows.push_back(static_cast<float>(text.size()));
      rows.push_back(role == model::TextRole::query ? -1.0F : 1.0F);
      embedded_.push_back(text);
    }
    return rows;
  }

  bool has_device() const override { return false; }
  Result<std::unique_ptr<DeviceRows>> device_rows(std::size_t) const override { return nullptr; }
  double readable_share(std::string_view) const override { return 1; }

  std::vector<std::string> embedded() const {
    const std::lock_guard lock(mutex_);
    return embedded_;
  }

  void let_go() {
    held = false;
    held.notify_all();
  }

  std::atomic<bool> held = false;
  std::atomic<bool> broken = false;

 private:
  model::EmbedderInfo info_;
  mutable std::mutex mutex_;
  mutable std::vector<std::string> embedded_;  // in their order
};

}  // namespace seekd::daemon
