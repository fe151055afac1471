# xapi_gateway_proto_library(name [GRPC] PROTOS file... [DEPS target...])
#
# A library of the C++ code that protoc generates for PROTOS, which are named
# relative to proto/, as in their imports. What they import must be in the same
# library or in one of DEPS. With GRPC, the service code as well. A program must
# not link two libraries that hold the same file.
function(xapi_gateway_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "" "PROTOS;DEPS" ${ARGN})
  set(root ${PROJECT_SOURCE_DIR}/proto)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}.gen)
  file(MAKE_DIRECTORY ${out})
  set(plugin)
  if(ARG_GRPC)
    set(plugin --grpc_out=${out}
               --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
  endif()
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(generated ${out}/${stem}.pb.cc)
    if(ARG_GRPC)
      list(APPEND generated ${out}/${stem}.grpc.pb.cc)
    endif()
    add_custom_command(
      OUTPUT ${generated}
      COMMAND protobuf::protoc -I${root} --cpp_out=${out} ${plugin} ${proto}
      DEPENDS ${root}/${proto}
      COMMENT "Generating C++ of ${proto}"
      VERBATIM)
    list(APPEND sources ${generated})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  if(ARG_GRPC)
    target_link_libraries(${name} PUBLIC gRPC::grpc++)
  endif()
endfunction()
