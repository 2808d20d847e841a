#include "fetcher/worker/search/captcha.h"

#include <algorithm>
#include <string>

namespace seekd::fetcher {
namespace {

constexpr std::size_t looked_at_bytes = 256 * 1024;

// In lower case. Scripts and forms of reCAPTCHA, hCaptcha, Turnstile and Cloudflare's challenge,
// and what Google, Bing, DuckDuckGo, Baidu and Sogou write above theirs.
constexpr std::string_view marks[] = {"captcha",
                                      "cf-challenge",
                                      "challenge-platform",
                                      "cf_chl_",
                                      "turnstile",
                                      "unusual traffic",
                                      "not a robot",
                                      "are you a robot",
                                      "are you a human",
                                      "are you human",
                                      "verify you are human",
                                      "anomaly-modal",
                                      "验证码",
                                      "人机验证",
                                      "安全验证"};

}  // namespace

bool asks_for_person(std::string_view html) {
  std::string page(html.substr(0, looked_at_bytes));
  std::ranges::transform(page, page.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::any_of(marks, [&](std::string_view mark) { return page.contains(mark); });
}

bool looks_like_page(std::string_view body) {
  const std::size_t begin = body.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return begin != body.npos && body[begin] == '<';
}

}  // namespace seekd::fetcher
