  .section .rodata
  .global xapi_simulator_model_begin
  .global xapi_simulator_model_end
xapi_simulator_model_begin:
  .incbin XAPI_SIMULATOR_MODEL_FILE
xapi_simulator_model_end:
  .byte 0
  .section .note.GNU-stack, "", %progbits
