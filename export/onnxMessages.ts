/**
 * ONNX files, of opset 17. The messages are the part we write of onnx/onnx.proto; field numbers and
 * enumerations are from there.
 */
import protobuf from "protobufjs";

const SCHEMA = `
syntax = "proto3";
message Attribute {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20;
}
message Node {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated Attribute attribute = 5;
}
message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Type { TensorType tensor_type = 1; }
message ValueInfo { string name = 1; Type type = 2; }
message Graph {
  repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11;
  repeated ValueInfo output = 12;
}
message OperatorSet { string domain = 1; int64 version = 2; }
message Entry { string key = 1; string value = 2; }
message Model {
  int64 ir_version = 1; string producer_name = 2; int64 model_version = 5; Graph graph = 7;
  repeated OperatorSet opset_import = 8; repeated Entry metadata_props = 14;
}
`;

const Model = protobuf.parse(SCHEMA).root.lookupType("Model");

/** `TensorProto.DataType`. */
const DATA_TYPES = { float32: 1, uint8: 2 } as const;
/** `AttributeProto.AttributeType`. */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;
/** ONNX 1.12, of 2022, brought opset 17 with version 8 of the format: old enough for any run time in use. */
const OPSET = 17;
const IR_VERSION = 8;

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export const attribute = {
  float: (name: string, f: number): OnnxAttribute => ({ name, type: FLOAT, f }),
  text: (name: string, s: string): OnnxAttribute => ({ name, type: STRING, s: Buffer.from(s) }),
  int: (name: string, i: number): OnnxAttribute => ({ name, type: INT, i }),
  ints: (name: string, ints: readonly number[]): OnnxAttribute => ({ name, type: INTS, ints }),
} as const;

/** An operation with one output, which goes by the operation's name. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes?: readonly OnnxAttribute[];
}

/** A constant. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A part of the graph. */
export interface Fragment {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

export const scalar = (name: string, value: number): OnnxTensor => ({
  name,
  shape: [],
  data: Float32Array.of(value),
});

/** An input or output of the graph; a dimension is a number, or the name of what varies. */
export interface OnnxValue {
  readonly name: string;
  readonly type: keyof typeof DATA_TYPES;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly version: number;
  /** In an order in which inputs come first. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Contents of an `.onnx` file. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const { name, version, nodes, constants, input, output, metadata } = model;
  const graph = {
    name,
    node: nodes.map(({ name, op, inputs, attributes = [] }) => ({
      name,
      opType: op,
      input: inputs,
      output: [name],
      attribute: attributes,
    })),
    initializer: constants.map(({ name, shape, data }) => ({
      name,
      dims: shape,
      dataType: DATA_TYPES.float32,
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
    input: [valueInfo(input)],
    output: [valueInfo(output)],
  };
  const message = {
    irVersion: IR_VERSION,
    producerName: "thaw",
    modelVersion: version,
    graph,
    opsetImport: [{ domain: "", version: OPSET }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  return Model.encode(Model.fromObject(message)).finish();
}

function valueInfo({ name, type, shape }: OnnxValue) {
  const dim = shape.map((extent) =>
    typeof extent === "number" ? { dimValue: extent } : { dimParam: extent },
  );
  return { name, type: { tensorType: { elemType: DATA_TYPES[type], shape: { dim } } } };
}
