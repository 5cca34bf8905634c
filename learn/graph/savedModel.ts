/**
 * Graphs as SavedModel files, the one form in which TensorFlow's C library takes a whole graph from us.
 * The messages are the part we write of tensorflow/core/protobuf/{saved_model,meta_graph}.proto and
 * tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape,versions}.proto.
 */
import protobuf from "protobufjs";

const SCHEMA = `
syntax = "proto3";
message TensorShape { message Dim { int64 size = 1; } repeated Dim dim = 2; bool unknown_rank = 3; }
message TensorValue { int32 dtype = 1; TensorShape tensor_shape = 2; bytes tensor_content = 4; }
message List { repeated int64 i = 3 [packed = true]; }
message Attribute {
  oneof value {
    List list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; TensorShape shape = 7;
    TensorValue tensor = 8;
  }
}
message Node {
  string name = 1; string op = 2; repeated string input = 3; string device = 4; map<string, Attribute> attr = 5;
}
message Versions { int32 producer = 1; }
message Graph { repeated Node node = 1; Versions versions = 4; }
message MetaInfo { repeated string tags = 4; }
message MetaGraph { MetaInfo meta_info_def = 1; Graph graph_def = 2; }
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraph meta_graphs = 2; }
`;

const SavedModel = protobuf.parse(SCHEMA).root.lookupType("SavedModel");

/** Tag by which the graph is found again when it is loaded. */
export const GRAPH_TAG = "thaw";
/** Version of the graph format (`TF_GRAPH_DEF_VERSION`): that of TensorFlow 2.16, old enough for any we load. */
const GRAPH_VERSION = 1766;

/** Value of an operation's attribute. */
export type Attribute =
  | { readonly type: number }
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly list: { readonly i: readonly number[] } }
  | { readonly shape: { readonly unknownRank: true } }
  | {
      readonly tensor: { dtype: number; tensorShape: { dim: { size: number }[] }; tensorContent: Uint8Array };
    };

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Outputs of other nodes, `NAME` or `NAME:INDEX`. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

/** Contents of the file `saved_model.pb`. @param nodes in an order in which inputs come first */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = { node: nodes, versions: { producer: GRAPH_VERSION } };
  const message = {
    savedModelSchemaVersion: 1,
    metaGraphs: [{ metaInfoDef: { tags: [GRAPH_TAG] }, graphDef: graph }],
  };
  return SavedModel.encode(SavedModel.fromObject(message)).finish();
}
