// Tokens as an issuer makes them, and as somebody makes them who is none.

#include "daemon/access/jwt.h"

#include <fstream>
#include <memory>

#include <catch2/catch.hpp>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using config::JwtAlgorithm;
using Key = std::shared_ptr<EVP_PKEY>;

constexpr TimePoint now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
const std::string secret = "0123456789abcdef0123456789abcdef";
const std::string good_claims =
    R"({"sub":"alice","aud":"seekd","iss":"https://id.example.org","exp":)" +
    std::to_string((now + 5min).time_since_epoch().count()) + R"(,"roles":["reader","auditor"]})";

std::string base64url(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += digits[held >> (bits - 6) & 63];
  }
  if (bits > 0) text += digits[held << (6 - bits) & 63];
  return text;
}

std::string hmac(std::string_view key, const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return {reinterpret_cast<char*>(digest), size};
}

std::string sign(EVP_PKEY* key, const std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         bytes, text.size()) == 1);
  signature.resize(size);
  return signature;
}

// r and s as JWS has them, out of the DER that OpenSSL writes.
std::string sign_ecdsa(EVP_PKEY* key, const std::string& text) {
  const std::string der = sign(key, text);
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), ECDSA_SIG_free);
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + 32, 32);
  return raw;
}

Key made(EVP_PKEY* key) {
  REQUIRE(key != nullptr);
  return {key, EVP_PKEY_free};
}

Key rsa(unsigned bits = 2048) {
  return made(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}));
}

Key curve(const char* name = "P-256") {
  return made(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name));
}

std::string pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string jwk(EVP_PKEY* key, const std::string& id, const std::string& more = "") {
  const auto number = [&](const char* name) {
    BIGNUM* value = nullptr;
    REQUIRE(EVP_PKEY_get_bn_param(key, name, &value) == 1);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return base64url(bytes);
  };
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return R"({"kty":"RSA","kid":")" + id + R"(","n":")" + number(OSSL_PKEY_PARAM_RSA_N) +
           R"(","e":")" + number(OSSL_PKEY_PARAM_RSA_E) + '"' + more + '}';
  }
  unsigned char point[65];
  std::size_t size = 0;
  REQUIRE(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                          &size) == 1);
  const std::string_view raw(reinterpret_cast<char*>(point), size);
  return R"({"kty":"EC","crv":"P-256","kid":")" + id + R"(","x":")" + base64url(raw.substr(1, 32)) +
         R"(","y":")" + base64url(raw.substr(33)) + '"' + more + '}';
}

std::string unsigned_token(const std::string& header, const std::string& claims) {
  return base64url(header) + '.' + base64url(claims);
}

std::string hs256(const std::string& claims, std::string_view key = secret,
                  const std::string& header = R"({"alg":"HS256","typ":"JWT"})") {
  const std::string text = unsigned_token(header, claims);
  return text + '.' + base64url(hmac(key, text));
}

std::string rs256(EVP_PKEY* key, const std::string& header = R"({"alg":"RS256"})") {
  const std::string text = unsigned_token(header, good_claims);
  return text + '.' + base64url(sign(key, text));
}

std::string es256(EVP_PKEY* key, const std::string& header = R"({"alg":"ES256"})") {
  const std::string text = unsigned_token(header, good_claims);
  return text + '.' + base64url(sign_ecdsa(key, text));
}

class Issuer {
 public:
  config::JwtConfig config() const {
    config::JwtConfig config;
    config.algorithms = {JwtAlgorithm::hs256, JwtAlgorithm::rs256, JwtAlgorithm::es256};
    config.secret_file = folder_ / "secret";
    config.keys_file = folder_ / "keys";
    config.issuer = "https://id.example.org";
    config.audience = "seekd";
    return config;
  }
  Result<std::vector<JwtKey>> keys(const std::string& text,
                                   const std::string& shared = secret) const {
    write("secret", shared);
    write("keys", text);
    return load_jwt_keys(config());
  }
  TokenJudge judge(const std::string& text) const {
    auto loaded = keys(text);
    if (!loaded) FAIL(loaded.error().message);
    return {config(), *std::move(loaded)};
  }

 private:
  void write(const char* name, const std::string& text) const {
    const std::filesystem::path file = folder_ / name;
    std::ofstream(file) << text;
    chmod(file.c_str(), 0600);
  }
  TemporaryFolder folder_;
};

std::string why_not(const TokenJudge& judge, const std::string& token) {
  const auto judged = judge.judge(token, now);
  return judged ? "" : judged.error().message;
}

TEST_CASE("a token of each algorithm is believed, and says who and with which roles") {
  const Key r = rsa(), e = curve();
  const Issuer issuer;
  const TokenJudge judge = issuer.judge(pem(r.get()) + pem(e.get()));
  for (const std::string& token : {hs256(good_claims), rs256(r.get()), es256(e.get())}) {
    const auto believed = judge.judge(token, now);
    REQUIRE(believed);
    CHECK(believed->name == "alice");
    CHECK(believed->roles == std::vector<std::string>{"reader", "auditor"});
  }
}

TEST_CASE("a signature of no key of ours is not believed, whatever the header says") {
  const Key r = rsa(), e = curve(), foreign = rsa(), foreign_curve = curve();
  const Issuer issuer;
  const std::string keys = pem(r.get()) + pem(e.get());
  const TokenJudge judge = issuer.judge(keys);
  const std::string none = unsigned_token(R"({"alg":"none"})", good_claims) + '.';
  const std::string cut = hs256(good_claims);
  for (const std::string& token :
       {none, unsigned_token(R"({"alg":"None"})", good_claims) + '.',
        unsigned_token(R"({"alg":"HS256"})", good_claims) + '.',
        unsigned_token(R"({"alg":["HS256"]})", good_claims) + '.',
        cut.substr(0, cut.size() - 4) + "AAAA", hs256(good_claims, secret + '0'),
        hs256(good_claims, ""),
        // The public key is no secret: whoever has read it would sign with it.
        hs256(good_claims, pem(r.get())), hs256(good_claims, keys),
        rs256(r.get(), R"({"alg":"HS256"})"), rs256(r.get(), R"({"alg":"ES256"})"),
        hs256(good_claims, secret, R"({"alg":"RS256"})"), rs256(r.get(), R"({"alg":"RS512"})"),
        rs256(foreign.get()), es256(foreign_curve.get()), es256(e.get(), R"({"alg":"RS256"})"),
        rs256(foreign.get(), R"({"alg":"RS256","kid":"../../../../dev/null"})"),
        rs256(foreign.get(), R"({"alg":"RS256","jku":"https://evil.example.org/keys"})"),
        rs256(foreign.get(), R"({"alg":"RS256","jwk":)" + jwk(foreign.get(), "x") + '}')}) {
    INFO(token);
    CHECK(why_not(judge, token).contains("none of our keys"));
  }
}

TEST_CASE("an algorithm that is not configured is not believed although its key is there") {
  const Key r = rsa(), e = curve();
  const Issuer issuer;
  auto config = issuer.config();
  REQUIRE(issuer.keys(pem(r.get()) + pem(e.get())));
  config.algorithms = {JwtAlgorithm::es256};
  const TokenJudge judge(config, *load_jwt_keys(config));
  CHECK(why_not(judge, es256(e.get())).empty());
  CHECK_FALSE(why_not(judge, rs256(r.get())).empty());
  CHECK_FALSE(why_not(judge, hs256(good_claims)).empty());
}

TEST_CASE("a set of keys is changed by adding the new one before the old one goes") {
  const Key old_key = rsa(), new_key = rsa(), e = curve();
  const Issuer issuer;
  const auto set = [](const std::string& keys) { return R"({"keys":[)" + keys + "]}"; };
  const std::string by_old = rs256(old_key.get(), R"({"alg":"RS256","kid":"1"})");
  const std::string by_new = rs256(new_key.get(), R"({"alg":"RS256","kid":"2"})");
  const TokenJudge both =
      issuer.judge(set(jwk(old_key.get(), "1") + ',' + jwk(new_key.get(), "2", R"(,"use":"sig")") +
                       R"(,{"kty":"oct","k":"AAAA"},)" + jwk(e.get(), "3")));
  CHECK(why_not(both, by_old).empty());
  CHECK(why_not(both, by_new).empty());
  CHECK(why_not(both, rs256(new_key.get())).empty());
  CHECK(why_not(both, es256(e.get(), R"({"alg":"ES256","kid":"3"})")).empty());
  CHECK_FALSE(why_not(both, rs256(new_key.get(), R"({"alg":"RS256","kid":"1"})")).empty());
  const TokenJudge after = issuer.judge(set(jwk(new_key.get(), "2")));
  CHECK_FALSE(why_not(after, by_old).empty());
  CHECK(why_not(after, by_new).empty());
}

TEST_CASE("what a token claims is judged after its signature") {
  const Key r = rsa();
  const Issuer issuer;
  const TokenJudge judge = issuer.judge(pem(r.get()));
  const auto at = [](std::chrono::seconds from_now) {
    return std::to_string((now + from_now).time_since_epoch().count());
  };
  const std::string exp = R"("exp":)" + at(5min);
  const std::string aud = R"("aud":"seekd")", iss = R"("iss":"https://id.example.org")",
                    sub = R"("sub":"alice")";
  const auto claims = [](std::initializer_list<std::string> all) {
    std::string text;
    for (const std::string& one : all) text += (text.empty() ? "{" : ",") + one;
    return hs256(text + '}');
  };
  CHECK(why_not(judge, claims({exp, aud, iss, sub})).empty());
  CHECK(why_not(judge, claims({exp, R"("aud":["other","seekd"])", iss, sub})).empty());
  CHECK(why_not(judge, claims({R"("exp":)" + at(-59s), aud, iss, sub})).empty());
  CHECK(why_not(judge, claims({exp, R"("nbf":)" + at(59s), aud, iss, sub})).empty());
  const std::pair<std::string, const char*> bad[]{
      {claims({aud, iss, sub}), "(exp)"},
      {claims({R"("exp":)" + at(-61s), aud, iss, sub}), "(exp)"},
      {claims({R"("exp":"never")", aud, iss, sub}), "(exp)"},
      {claims({R"("exp":null)", aud, iss, sub}), "(exp)"},
      {claims({exp, R"("nbf":)" + at(61s), aud, iss, sub}), "(nbf)"},
      {claims({exp, R"("nbf":"x")", aud, iss, sub}), "(nbf)"},
      {claims({exp, iss, sub}), "(aud)"},
      {claims({exp, R"("aud":"seekd2")", iss, sub}), "(aud)"},
      {claims({exp, R"("aud":["seek","d"])", iss, sub}), "(aud)"},
      {claims({exp, aud, sub}), "(iss)"},
      {claims({exp, aud, R"("iss":"https://id.example.org/")", sub}), "(iss)"},
      {claims({exp, aud, iss}), "claim sub"},
      {claims({exp, aud, iss, R"("sub":"")"}), "claim sub"},
      {claims({exp, aud, iss, R"("sub":"a b")"}), "claim sub"},
      {claims({exp, aud, iss, R"("sub":["alice"])"}), "claim sub"},
      {claims({exp, aud, iss, sub, R"("sub":"root")"}), "twice"},
      {claims({exp, aud, iss, sub, R"("\u0073ub":"root")"}), "twice"},
      {hs256("[]"), "no JSON object"},
      {hs256("{"), "no JSON object"},
      {hs256(""), "no JSON object"},
      {hs256(R"({"a":)" + std::string(1000, '[') + std::string(1000, ']') + '}'),
       "no JSON object"}};
  for (const auto& [token, why] : bad) {
    INFO(why);
    CHECK_THAT(why_not(judge, token), Catch::Contains(why));
  }
}

TEST_CASE("what is no token is refused") {
  const Key r = rsa();
  const Issuer issuer;
  const TokenJudge judge = issuer.judge(pem(r.get()));
  const std::string good = hs256(good_claims);
  REQUIRE(why_not(judge, good).empty());
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good + '.',
        good + '=', '=' + good, good + "A", good.substr(0, good.find('.')), ' ' + good,
        hs256(good_claims, secret, R"({"alg":"HS256","alg":"HS256"})"),
        hs256(good_claims, secret, R"({"alg":"HS256","crit":["b64"],"b64":false})"),
        hs256(good_claims, secret, R"("HS256")"),
        hs256(good_claims.substr(0, good_claims.size() - 1) + R"(,"x":")" + std::string(9000, 'x') +
              "\"}")}) {
    INFO(token.substr(0, 200));
    CHECK_FALSE(why_not(judge, token).empty());
  }
}

TEST_CASE("roles may be words, and a token without them says none") {
  const Issuer issuer;
  const Key r = rsa();
  const TokenJudge judge = issuer.judge(pem(r.get()));
  const std::string head = good_claims.substr(0, good_claims.find(R"(,"roles")"));
  CHECK(judge.judge(hs256(head + R"(,"roles":" reader  auditor"})"), now)->roles ==
        std::vector<std::string>{"reader", "auditor"});
  CHECK(judge.judge(hs256(head + R"(,"roles":7})"), now)->roles.empty());
  CHECK(judge.judge(hs256(head + "}"), now)->roles.empty());
}

TEST_CASE("keys that are too weak, or none, are not begun with") {
  const Issuer issuer;
  const Key r = rsa();
  CHECK(issuer.keys(pem(rsa(1024).get())).error().message.contains("2048"));
  CHECK(issuer.keys(pem(curve("P-384").get())).error().message.contains("P-256"));
  CHECK(issuer.keys("").error().message.contains("PUBLIC KEY"));
  CHECK(issuer.keys(pem(r.get()), "short").error().message.contains("32 bytes"));
  CHECK(issuer.keys(R"({"keys":[]})").error().message.contains("no key"));
  CHECK(issuer.keys(R"({"keys":{}})").error().message.contains("JWK set"));
  CHECK(issuer.keys("{").error().message.contains("JWK set"));
  CHECK(issuer.keys(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}]})")
            .error()
            .message.contains("\"a\""));
}

}  // namespace
}  // namespace seekd::daemon
