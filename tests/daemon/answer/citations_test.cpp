#include "daemon/answer/citations.h"

#include <string>

#include <catch2/catch.hpp>

#include "daemon/answer/text_units.h"

namespace seekd::daemon {
namespace {

const std::string kestrel =
    "Kestrel is a message broker for small networks. It is written in C++ and licensed under the "
    "Apache licence.\n"
    "Kestrel 4.2 was released on 14 March 2026 by the Harbour Foundation. It is the first release "
    "with "
    "quorum queues.\n"
    "The default port of Kestrel is 7311. Clients connect with the Wren protocol.\n"
    "A node needs 512 megabytes of memory. You should not run two nodes on one machine.";

// A passage that begins at byte 100 of its snapshot.
Passage passage_of(std::string text, std::string title = "Kestrel") {
  Passage passage;
  passage.url = "https://docs.example.org/kestrel";
  passage.title = std::move(title);
  passage.byte_begin = 100;
  passage.byte_end = 100 + text.size();
  passage.text = std::move(text);
  return passage;
}

// What a support points to, or "" when nothing is supported.
std::string cited(const std::string& answer, const std::string& text) {
  const std::vector<Passage> passages{passage_of(text)};
  const SupportedText found = find_supports(answer, passages, "");
  if (found.supports.empty()) return "";
  const ByteRange range = found.supports.front().range;
  return text.substr(range.begin - 100, range.end - range.begin);
}

TEST_CASE("a sentence is cited to the tightest range that supports it") {
  CHECK(cited("Kestrel 4.2 was released on 14 March 2026.", kestrel) ==
        "Kestrel 4.2 was released on 14 March 2026 by the Harbour Foundation.");
  CHECK(cited("The default port is 7311.", kestrel) == "The default port of Kestrel is 7311.");
  CHECK(
      cited("Kestrel is a broker licensed under the Apache licence.", kestrel) ==
      "Kestrel is a message broker for small networks. It is written in C++ and licensed under the "
      "Apache licence.");
}

TEST_CASE("a changed number, name, quotation, literal or negation is not cited") {
  CHECK(cited("Kestrel 4.3 was released on 14 March 2026.", kestrel).empty());
  CHECK(cited("Kestrel 4.2 was released on 15 March 2026.", kestrel).empty());
  CHECK(cited("Kestrel 4.2 was released on 14 March 2026 by the Falcon Foundation.", kestrel)
            .empty());
  CHECK(cited("You should run two nodes on one machine.", kestrel).empty());
  CHECK(cited("Kestrel is not a message broker for small networks.", kestrel).empty());
  CHECK(cited("Kestrel is a \"mail broker\" for small networks.", kestrel).empty());
  CHECK(cited("You should run three nodes on one machine, not two.", kestrel).empty());
  CHECK(cited("Run apt.conf.d on Kestrel.", kestrel).empty());
}

TEST_CASE("what says the opposite of the page is not cited") {
  const std::string text =
      "The packet firewall is disabled by default on all new servers of the cluster. Backups run "
      "after the nightly update.";
  CHECK(!cited("The packet firewall is disabled by default on all new servers.", text).empty());
  CHECK(!cited("Backups run after the nightly update.", text).empty());
  for (const std::string contrary : {
           "The packet firewall is enabled by default on all new servers of the cluster.",
           "The packet firewall is disabled by default on all old servers of the cluster.",
           "The packet firewall is disabled by default on few new servers of the cluster.",
           "Backups run before the nightly update.",
           "Backups run during the nightly update.",
           "The nightly update runs after backups.",
           "Backups never run after the nightly update.",
       }) {
    INFO(contrary);
    CHECK(cited(contrary, text).empty());
  }
}

TEST_CASE("words of several sentences are not mixed into what none of them says") {
  CHECK(
      cited("The firewall is enabled.", "The firewall is disabled. The proxy is enabled.").empty());
  CHECK(cited("The firewall is blue.", "The firewall is red. The proxy is blue.").empty());
  CHECK(!cited("The firewall blocks port 80.", "The firewall is new. It blocks port 80.").empty());
}

TEST_CASE("of two opposites in one sentence the right one is cited") {
  const std::string text = "The firewall is disabled by default and can be enabled by the owner.";
  CHECK(!cited("The firewall is disabled by default.", text).empty());
  CHECK(cited("The firewall is enabled by default.", text).empty());
  const std::string service = "The service is on by default and may be turned off later.";
  CHECK(!cited("The service is on by default.", service).empty());
  CHECK(cited("The service is off by default.", service).empty());
  const std::string denial = "Kestrel does not support TLS and supports compression.";
  CHECK(!cited("Kestrel does not support TLS.", denial).empty());
  CHECK(cited("Kestrel does not support compression.", denial).empty());
}

TEST_CASE("a doubt, a bound, a condition and an order are not left out or turned round") {
  CHECK(cited("The server crashes under load.", "The server may crash under load.").empty());
  CHECK(cited("A request takes 5 seconds.", "A request takes under 5 seconds.").empty());
  CHECK(cited("Nodes need 512 megabytes.", "Some nodes need 512 megabytes.").empty());
  CHECK(cited("The log is removed.", "The log is removed if the disk is full.").empty());
  CHECK(cited("Robin follows Wren.", "Wren follows Robin.").empty());
  CHECK(cited("The update runs before the morning backup of the main database.",
              "The morning backup of the main database runs before the update.")
            .empty());
}

TEST_CASE("what only inflects or orders the page's words otherwise is cited") {
  CHECK(!cited("On 14 March 2026 Kestrel 4.2 was released.", kestrel).empty());
  CHECK(!cited("The broker stores its queues on disk.", "The broker stored a queue on disk.")
             .empty());
  CHECK(!cited("By default the port is 7311.", "The port is 7311 by default.").empty());
}

TEST_CASE("a question and a sentence that runs in circles claim nothing") {
  CHECK(cited("Is the default port of Kestrel 7311?", kestrel).empty());
  CHECK(cited("红隼的默认端口是 7311？", "红隼的默认端口是 7311。").empty());
  CHECK(cited("The default port of Kestrel is the default port of Kestrel.", kestrel).empty());
}

TEST_CASE("several sentences support one only when they hold nearly all of it") {
  CHECK(!cited("Kestrel is a message broker under the Apache licence.", kestrel).empty());
  CHECK(cited("Kestrel is a famous message broker under the Apache licence.", kestrel).empty());
}

TEST_CASE("numbers are equal however they are written") {
  CHECK(!cited("It has 1,024 queues.", "The broker has 1024 queues.").empty());
  CHECK(!cited("It has 3 queues.", "The broker has three queues.").empty());
  CHECK(cited("It has 10 queues.", "The broker has 1 queues and 0 topics.").empty());
}

TEST_CASE("what shares too few words with a page is not cited") {
  CHECK(cited("Brokers are widely used in banking, insurance and gaming.", kestrel).empty());
  CHECK(cited("Yes.", kestrel).empty());
  CHECK(cited("", kestrel).empty());
}

TEST_CASE("a name in the title counts as said by the page") {
  const std::vector<Passage> passages{passage_of("The default port is 7311.", "Wren manual")};
  CHECK(find_supports("The default port of Wren is 7311.", passages, "").supports.size() == 1);
  CHECK(find_supports("The default port of Robin is 7311.", passages, "").supports.empty());
}

TEST_CASE("the question decides between ranges that support a sentence equally well") {
  const std::string text = "The tool dpkg removes files. The tool dpkg installs packages.";
  const std::vector<Passage> passages{passage_of(text)};
  const auto found = find_supports("dpkg", passages, "Which tool installs packages?");
  REQUIRE(found.supports.size() == 1);
  CHECK(found.supports[0].range.begin == 100 + text.find("The tool dpkg installs"));
}

TEST_CASE("a marker is mapped when its passage supports the sentence, and else dropped") {
  const std::vector<Passage> passages{passage_of("Robins are birds."), passage_of(kestrel)};
  const auto right = find_supports("The default port is 7311 [2].", passages, "");
  REQUIRE(right.supports.size() == 1);
  CHECK(right.supports[0].passage == 1);
  CHECK(right.markers_dropped == 0);

  const auto wrong = find_supports("The default port is 7311. [1]", passages, "");
  REQUIRE(wrong.supports.size() == 1);
  CHECK(wrong.supports[0].passage == 1);
  CHECK(wrong.markers_dropped == 1);

  CHECK(find_supports("Hello [7] there [0] you [99].", passages, "").markers_dropped == 3);
  CHECK(find_supports("[1]", passages, "").markers_dropped == 1);
  CHECK(find_supports("a[1234] b[x] c[ d]", passages, "").markers_dropped == 0);
}

TEST_CASE("each sentence of an answer has its own citation") {
  const std::string answer =
      "Kestrel 4.2 was released on 14 March 2026. Nobody knows why. The default port is 7311.";
  const std::vector<Passage> passages{passage_of(kestrel)};
  const auto found = find_supports(answer, passages, "");
  REQUIRE(found.supports.size() == 2);
  CHECK(answer.substr(found.supports[1].sentence.begin) == "The default port is 7311.");
}

TEST_CASE("Chinese sentences are cited by their characters") {
  const std::string text =
      "红隼是一个用于小型网络的消息代理软件，由海港基金会开发。红隼 4.2 版于 2026 年 3 月 14 "
      "日发布。"
      "红隼的默认端口是 7311。客户端使用鹪鹩协议连接。它不支持集群。";
  CHECK(cited("红隼的默认端口是 7311。", text) == "红隼的默认端口是 7311。");
  CHECK(cited("红隼 4.2 版于 2026 年 3 月 14 日发布。", text) ==
        "红隼 4.2 版于 2026 年 3 月 14 日发布。");
  CHECK(cited("红隼的默认端口是 7411。", text).empty());
  CHECK(cited("红隼由山岳基金会开发。", text).empty());
  CHECK(cited("它支持集群。", text).empty());
  CHECK(cited("它有三百个节点。", "它有三个节点。").empty());
  CHECK(!cited("它不支持集群。", text).empty());
  CHECK(!cited("红隼由海港基金会开发。", text).empty());
  CHECK(!cited("红隼默认端口是 7311。", text).empty());
}

TEST_CASE("Chinese sentences that say the opposite are not cited") {
  CHECK(cited("备份在每晚更新之前运行。", "备份在每晚更新之后运行。").empty());
  CHECK(cited("更新在备份之前运行。", "备份在更新之前运行。").empty());
  CHECK(cited("防火墙默认启用。", "防火墙默认禁用。").empty());
  CHECK(cited("防火墙默认启用。", "防火墙默认禁用，但是可以启用。").empty());
  CHECK(!cited("防火墙默认禁用。", "防火墙默认禁用，但是可以启用。").empty());
  CHECK(cited("它不支持压缩。", "它不支持集群，支持压缩。").empty());
  CHECK(cited("日志会删除。", "如果磁盘满，日志会删除。").empty());
}

TEST_CASE("emoji and other characters beyond the basic plane keep the ranges right") {
  const std::string text = "🦅🦅 Birds. The default port of 🦅 Kestrel is 7311. 🚀 More.";
  CHECK(cited("😀 The default port of Kestrel is 7311.", text) ==
        "The default port of 🦅 Kestrel is 7311.");
}

TEST_CASE("bytes that are no UTF-8 are read without harm") {
  const std::string broken = "The port is 7311\xff\xfe. \xe4\xbd";
  CHECK(!cited("The port is 7311.", broken).empty());
  CHECK(find_supports("\xf0\x9f [1] \x80", {}, "\xc3").markers_dropped == 1);
}

TEST_CASE("abbreviations and line ends part sentences as readers do") {
  const std::string text = "Use a tool, e.g. dpkg, daily. Next line\nA heading\nThe end";
  std::vector<std::string> sentences;
  for (const ByteRange range : split_sentences(text)) {
    sentences.push_back(text.substr(range.begin, range.end - range.begin));
  }
  CHECK(sentences == std::vector<std::string>{"Use a tool, e.g. dpkg, daily.", "Next line",
                                              "A heading", "The end"});
}

TEST_CASE("code points are counted, not bytes and not UTF-16 units") {
  CHECK(count_code_points("abc") == 3);
  CHECK(count_code_points("a é 中 🦅") == 7);
  CHECK(count_code_points("") == 0);
}

}  // namespace
}  // namespace seekd::daemon
