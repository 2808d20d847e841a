#include "fetcher/broker/robots_desk.h"

#include <boost/asio/post.hpp>

namespace seekd::fetcher {

// The rules were picked for the agent's name, which a site and a reload may change.
std::string RobotsDesk::key_of(const policy::Url& url) const {
  const config::Config& config = *door_.config;
  const auto site = policy::site_of(config.egress.sites, url.host);
  return url.origin() + ' ' + site.user_agent.value_or(config.fetcher.user_agent);
}

void RobotsDesk::ask(const policy::Url& url, Done done) {
  const std::string key = key_of(url);
  if (auto known = cache_.find(key, RobotsCache::Clock::now())) {
    boost::asio::post(door_.io,
                      [done = std::move(done), answer = std::move(known)] { done(*answer); });
    return;
  }
  const auto [waiting, is_first] = waiting_.try_emplace(key);
  waiting->second.push_back(std::move(done));
  if (!is_first) return;
  const auto fetch = std::make_shared<Fetch>(
      door_, [this, key](FetchResult result) { answer(key, std::move(result)); });
  fetch->start_robots(url);
}

void RobotsDesk::answer(const std::string& key, FetchResult result) {
  const auto answer = std::make_shared<const RobotsAnswer>(robots_answer(std::move(result)));
  cache_.store(key, answer, RobotsCache::Clock::now());
  const auto waiting = waiting_.extract(key);
  for (const Done& done : waiting.mapped()) done(*answer);
}

}  // namespace seekd::fetcher
