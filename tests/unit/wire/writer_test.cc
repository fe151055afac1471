#include <limits>
#include <string>
#include <utility>

#include "backend/wire/json_writer.h"
#include "backend/wire/xml_writer.h"
#include "gtest/gtest.h"

namespace xapi_gateway::wire {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Case {
  const char* name;
  void (*json)(JsonWriter&);
  void (*xml)(XmlWriter&);
  const char* json_text;
  const char* xml_text;
};

// Writes the same thing on both wires.
#define BOTH(body) \
  [](JsonWriter& w) { body; }, [](XmlWriter& w) { body; }

const Case kCases[] = {
    {"string", BOTH(w.String("a\"b\\c<&>")), R"("a\"b\\c<&>")",
     "<param><value><string>a\"b\\c&lt;&amp;&gt;</string></value></param>"},
    {"layout", BOTH(w.String("\r\n\t")), R"("\r\n\t")",
     "<param><value><string>&#13;\n\t</string></value></param>"},
    {"control", BOTH(w.String("\x01")), R"("\u0001")",
     "<param><value><string>\x01</string></value></param>"},
    {"unicode", BOTH(w.String("h\u00e9")), "\"h\u00e9\"",
     "<param><value><string>h\u00e9</string></value></param>"},
    {"int", BOTH(w.Int(std::numeric_limits<int64_t>::min())),
     "-9223372036854775808",
     "<param><value><string>-9223372036854775808</string></value></param>"},
    {"double", BOTH(w.Double(0.1)), "0.10000000000000001",
     "<param><value><double>0.10000000000000001</double></value></param>"},
    {"nan", BOTH(w.Double(std::numeric_limits<double>::quiet_NaN())), "NaN",
     "<param><value><double>nan</double></value></param>"},
    {"infinity", BOTH(w.Double(-kInfinity)), "-Infinity",
     "<param><value><double>-inf</double></value></param>"},
    {"bool", BOTH(w.Bool(true)), "true",
     "<param><value><boolean>1</boolean></value></param>"},
    {"date", BOTH(w.DateTime("20260131T09:05:07Z")), R"("20260131T09:05:07Z")",
     "<param><value><dateTime.iso8601>20260131T09:05:07Z"
     "</dateTime.iso8601></value></param>"},
    {"two", BOTH(w.Int(1); w.Bool(false)), "1,false",
     "<param><value><string>1</string></value></param>"
     "<param><value><boolean>0</boolean></value></param>"},
    {"empty list", BOTH(w.BeginArray(); w.EndArray()), "[]",
     "<param><value><array><data></data></array></value></param>"},
    {"list", BOTH(w.BeginArray(); w.Int(1); w.Int(2); w.EndArray(); w.Int(3)),
     "[1,2],3",
     "<param><value><array><data><value><string>1</string></value>"
     "<value><string>2</string></value></data></array></value></param>"
     "<param><value><string>3</string></value></param>"},
    {"struct",
     BOTH(w.BeginStruct(); w.Key("a\"<"); w.Int(1); w.Key("b"); w.BeginArray();
          w.BeginStruct(); w.EndStruct(); w.EndArray(); w.EndStruct()),
     R"({"a\"<":1,"b":[{}]})",
     "<param><value><struct><member><name>a\"&lt;</name>"
     "<value><string>1</string></value></member><member><name>b</name>"
     "<value><array><data><value><struct></struct></value></data></array>"
     "</value></member></struct></value></param>"},
};

TEST(WriterTest, WritesTheSameOnBothWires) {
  for (const Case& c : kCases) {
    JsonWriter json;
    c.json(json);
    EXPECT_EQ(std::move(json).Take(), c.json_text) << c.name;
    XmlWriter xml;
    c.xml(xml);
    EXPECT_EQ(std::move(xml).Take(), c.xml_text) << c.name;
  }
}

}  // namespace
}  // namespace xapi_gateway::wire
