#include "daemon/fair_shares.h"

#include <algorithm>
#include <cassert>

namespace seekd::daemon {
namespace {

constexpr double newest_weight = 0.2;  // of the last piece, in what pieces usually take

double by_share(FairShares::Duration time, const Claimant& claimant) {
  return time.count() / static_cast<double>(claimant.share);
}

}  // namespace

void FairShares::arrived(const Claimant& claimant) {
  assert(claimant.share > 0);
  auto found = accounts_.find(claimant.name);
  if (found == accounts_.end()) {
    const auto least = std::ranges::min_element(
        accounts_, {}, [](const auto& account) { return account.second.had; });
    const double had = least == accounts_.end() ? 0 : least->second.had;
    found = accounts_.emplace(claimant.name, Account{.had = had}).first;
  }
  ++found->second.present;
}

void FairShares::left(const Claimant& claimant) {
  const auto found = accounts_.find(claimant.name);
  assert(found != accounts_.end());
  if (--found->second.present == 0) accounts_.erase(found);
}

FairShares::Duration FairShares::began(const Claimant& claimant) {
  accounts_.find(claimant.name)->second.running += by_share(usual_, claimant);
  return usual_;
}

void FairShares::ended(const Claimant& claimant, Duration counted, Duration took) {
  usual_ += newest_weight * (took - usual_);
  Account& account = accounts_.find(claimant.name)->second;
  account.running -= by_share(counted, claimant);
  account.had += by_share(took, claimant);
  left(claimant);
}

bool FairShares::comes_before(const Claimant& a, const Claimant& b) const {
  const auto so_far = [this](const Claimant& claimant) {
    const Account& account = accounts_.find(claimant.name)->second;
    return account.had + account.running;
  };
  return so_far(a) < so_far(b);
}

}  // namespace seekd::daemon
