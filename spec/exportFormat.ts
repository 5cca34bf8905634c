/** The file formats that a model can be exported to. */

/** `tfjs`: a TensorFlow.js `LayersModel`; `onnx`: one ONNX file. */
export const EXPORT_FORMATS = ["tfjs", "onnx"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
