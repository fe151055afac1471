// Fills messages of the mirror with values that tell fields apart.
#ifndef TESTS_TESTING_MESSAGE_SAMPLER_H_
#define TESTS_TESTING_MESSAGE_SAMPLER_H_

#include <cstdint>
#include <random>
#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace xapi_gateway::testing {

// Deterministic for a seed. Every scalar is non-zero; lists have two members
// and maps one entry; references look like xapi's; dates have whole seconds.
class MessageSampler {
 public:
  explicit MessageSampler(uint32_t seed) : random_(seed) {}

  // Sets every field of `message`, but for `unrecognized` and records whose
  // class would have to be chosen (google.protobuf.Any).
  void Fill(google::protobuf::Message& message);

 private:
  void FillSingular(google::protobuf::Message& message,
                    const google::protobuf::FieldDescriptor& field);
  void FillList(google::protobuf::Message& message,
                const google::protobuf::FieldDescriptor& field);
  void FillMap(google::protobuf::Message& message,
               const google::protobuf::FieldDescriptor& field);
  std::string Text(bool is_reference);
  int64_t Integer();
  double Real();
  int EnumNumber(const google::protobuf::FieldDescriptor& field);
  void FillTimestamp(google::protobuf::Message& message);

  std::mt19937 random_;
};

}  // namespace xapi_gateway::testing

#endif  // TESTS_TESTING_MESSAGE_SAMPLER_H_
