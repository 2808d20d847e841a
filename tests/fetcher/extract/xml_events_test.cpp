#include "fetcher/extract/xml_events.h"

#include <string>

#include <catch2/catch.hpp>

using seekd::ErrorCode;
using seekd::fetcher::read_xml_events;
using seekd::fetcher::XmlAttribute;
using seekd::fetcher::XmlHandler;

namespace {

// Writes what it is told, in one line.
class Writer final : public XmlHandler {
 public:
  std::string events;
  std::string stop_at;

  Next open(std::string_view name, std::span<const XmlAttribute> attributes) override {
    events.append("<").append(name);
    for (const XmlAttribute& attribute : attributes) {
      events.append(" ").append(attribute.name).append("=").append(attribute.value);
    }
    events += ">";
    return name == stop_at ? Next::stop : Next::more;
  }
  void text(std::string_view text) override { events += text; }
  Next close(std::string_view name) override {
    events.append("</").append(name).append(">");
    return Next::more;
  }
};

seekd::Status read(std::string_view xml) {
  Writer writer;
  return read_xml_events(xml, writer);
}

std::string events(std::string_view xml) {
  Writer writer;
  REQUIRE(read_xml_events(xml, writer));
  return writer.events;
}

}  // namespace

TEST_CASE("elements, attributes and text are told in order", "[extract][xml]") {
  CHECK(events("<a:b x='1'>t<c/><![CDATA[<d>]]></a:b>") == "<a:b x=1>t<c></c><d></a:b>");
}

TEST_CASE("a handler that says stop hears no more", "[extract][xml]") {
  Writer writer;
  writer.stop_at = "b";
  CHECK(read_xml_events("<a><b><c/></b></a>", writer));
  CHECK(writer.events == "<a><b>");
}

TEST_CASE("references to HTML's entities are handed on as they are", "[extract][xml]") {
  CHECK(events("<a>x&nbsp;y &amp; &#233;</a>") == "<a>x&nbsp;y & é</a>");
  CHECK(events("<!DOCTYPE rss PUBLIC \"-//Netscape//DTD RSS 0.91//EN\" \"http://my/x.dtd\"><rss>"
               "&eacute;</rss>") == "<rss>&eacute;</rss>");
}

TEST_CASE("the XML declaration's charset does not count: the text is UTF-8", "[extract][xml]") {
  CHECK(events("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>é</a>") == "<a>é</a>");
}

TEST_CASE("control characters and blanks before the declaration are forgiven", "[extract][xml]") {
  CHECK(events("\n <?xml version=\"1.0\"?><a>x\x0By</a>") == "<a>x y</a>");
}

TEST_CASE("a billion laughs, and any other declared entity, are refused", "[extract][xml]") {
  const char* const laughs =
      "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;\">"
      "<!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;\">]><lolz>&lol3;</lolz>";
  const char* const external =
      "<!DOCTYPE a [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]><a>&xxe;</a>";
  const char* const parameter =
      "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1/x.dtd\"> %p;]><a/>";
  for (const char* xml : {laughs, external, parameter}) {
    const auto done = read(xml);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::too_large);
  }
}

TEST_CASE("what is nested too deep, or has an attribute of megabytes, is refused",
          "[extract][xml]") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK(read(deep).error().code == ErrorCode::too_large);
  CHECK(read("<a b='" + std::string(8 << 20, 'x') + "'/>").error().code == ErrorCode::too_large);
}

TEST_CASE("what is not well-formed is an error that names the line", "[extract][xml]") {
  for (const char* xml : {"", "text", "<a>\n<b></a>", "<a", "<a/><b/>", "<a b=c/>", "<a>&</a>"}) {
    const auto done = read(xml);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::invalid_argument);
    CHECK(done.error().message.starts_with("XML: line "));
  }
}
