// oneDNN's recurrent primitives, called directly, as a measured process: what PyTorch's LSTM stands on,
// without PyTorch. Speaks the protocol of ../serve.mjs.
//
//   g++ -O2 -std=c++17 child.cpp -ldnnl -o child
//
// Weights are packed once for inference and, as after an optimizer's step, at every call in training.
// Sequences are time first from the start; nobody is asked to turn them round.

#include <dnnl.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

using namespace dnnl;
using tag = memory::format_tag;
using Floats = std::vector<float>;

// Version 2 has a description inside the description.
#if DNNL_VERSION_MAJOR >= 3
#define DESCRIBE(primitive, ...) primitive::primitive_desc(cpu, __VA_ARGS__)
#define DESCRIBE_BACKWARD(primitive, hint, ...) primitive::primitive_desc(cpu, __VA_ARGS__, hint)
#else
#define DESCRIBE(primitive, ...) primitive::primitive_desc({__VA_ARGS__}, cpu)
#define DESCRIBE_BACKWARD(primitive, hint, ...) primitive::primitive_desc({__VA_ARGS__}, cpu, hint)
#endif

static engine cpu(engine::kind::cpu, 0);
static stream queue(cpu);

// ── the same numbers as ../../work.mjs

static Floats numbers(size_t length, uint32_t seed, double scale) {
  Floats out(length);
  for (size_t i = 0; i < length; i++) {
    uint32_t x = (uint32_t)(i + 1 + seed * 7919) * 2654435761u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    out[i] = (float)((x / 4294967296.0 * 2 - 1) * scale);
  }
  return out;
}

static std::string fingerprint(const Floats& values) {
  const Floats direction = numbers(values.size(), 9, 1);
  double squares = 0, projection = 0;
  for (size_t i = 0; i < values.size(); i++) {
    squares += (double)values[i] * values[i];
    projection += (double)values[i] * direction[i];
  }
  char text[100];
  snprintf(text, sizeof text, "{\"norm\":%.17g,\"projection\":%.17g}", std::sqrt(squares), projection);
  return text;
}

/** [d0, d1, d2] → [d1, d0, d2] */
static Floats swap_first_axes(const float* values, int d0, int d1, int d2) {
  Floats out((size_t)d0 * d1 * d2);
  for (int i = 0; i < d0; i++)
    for (int j = 0; j < d1; j++)
      std::memcpy(&out[((size_t)j * d0 + i) * d2], values + ((size_t)i * d1 + j) * d2, d2 * sizeof(float));
  return out;
}

// ── one layer

struct Work {
  std::string cell;
  bool training, streaming;
  int batch, seq, input_size, hidden_size;
};

using Checks = std::map<std::string, Floats>;

static memory zeroed(const memory::desc& desc) {
  memory m(desc, cpu);
  std::memset(m.get_data_handle(), 0, desc.get_size());
  return m;
}

static float* floats(const memory& m) { return (float*)m.get_data_handle(); }

/** From one layout into another; made once, because making it takes longer than a small copy. */
class Copy {
 public:
  Copy() = default;
  Copy(const memory& from, const memory& to) : from(from), to(to), primitive(from, to) {}
  void run() { primitive.execute(queue, from, to); }

 private:
  memory from, to;
  reorder primitive;
};

class Layer {
 public:
  explicit Layer(const Work& work) : work(work) {
    const int B = work.batch, T = work.seq, I = work.input_size, H = work.hidden_size;
    is_lstm = work.cell == "lstm";
    is_gru = work.cell == "gru";
    gates = is_lstm ? 4 : is_gru ? 3 : 1;
    // Here they are i f c o, and z r n.
    order = is_lstm ? std::vector<int>{0, 1, 2, 3} : is_gru ? std::vector<int>{1, 0, 2} : std::vector<int>{0};

    const auto f32 = memory::data_type::f32;
    const memory::dims layer_dims{1, 1, I, gates, H}, iter_dims{1, 1, H, gates, H};
    x_desc = memory::desc({T, B, I}, f32, tag::tnc);
    y_desc = memory::desc({T, B, H}, f32, tag::tnc);
    state_desc = memory::desc({1, 1, B, H}, f32, tag::ldnc);
    bias_desc = memory::desc({1, 1, is_gru ? 4 : gates, H}, f32, tag::ldgo);
    plain_layer = memory::desc(layer_dims, f32, tag::ldigo);
    plain_iter = memory::desc(iter_dims, f32, tag::ldigo);
    any_layer = memory::desc(layer_dims, f32, tag::any);
    any_iter = memory::desc(iter_dims, f32, tag::any);
    describe();
    fill();
  }

  void step() {
    if (work.training) pack();
    forward.execute(queue, arguments);
    if (work.training) step_back();
    queue.wait();
    if (work.streaming) {
      std::memcpy(floats(h0), floats(h_n), state_desc.get_size());
      std::memcpy(floats(c0), floats(c_n), state_desc.get_size());
    }
  }

  Checks check() {
    step();
    if (work.streaming) step();
    const int B = work.batch, T = work.seq, I = work.input_size, H = work.hidden_size;
    Checks checks{{"output", swap_first_axes(floats(y), T, B, H)}};
    if (work.training) {
      checks["gradInput"] = swap_first_axes(floats(grad_x), T, B, I);
      checks["gradWeightIh"] = as_pytorch(grad_layer, plain_layer, I);
      checks["gradWeightHh"] = as_pytorch(grad_iter, plain_iter, H);
    }
    return checks;
  }

 private:
  void describe() {
    const auto kind = work.training ? prop_kind::forward_training : prop_kind::forward_inference;
    const auto back = prop_kind::backward;
    const auto way = rnn_direction::unidirectional_left2right;
    const auto tanh = algorithm::eltwise_tanh;
    const auto &x = x_desc, &y = y_desc, &s = state_desc, &b = bias_desc, &l = any_layer, &i = any_iter;
    if (is_lstm) {
      auto pd = DESCRIBE(lstm_forward, kind, way, x, s, s, l, i, b, y, s, s);
      take<lstm_forward>(pd);
      if (work.training)
        take_back<lstm_backward>(DESCRIBE_BACKWARD(
            lstm_backward, pd, back, way, x, s, s, l, i, b, y, s, s, x, s, s, l, i, b, y, s, s));
    } else if (is_gru) {
      auto pd = DESCRIBE(lbr_gru_forward, kind, way, x, s, l, i, b, y, s);
      take<lbr_gru_forward>(pd);
      if (work.training)
        take_back<lbr_gru_backward>(
            DESCRIBE_BACKWARD(lbr_gru_backward, pd, back, way, x, s, l, i, b, y, s, x, s, l, i, b, y, s));
    } else {
      auto pd = DESCRIBE(vanilla_rnn_forward, kind, tanh, way, x, s, l, i, b, y, s);
      take<vanilla_rnn_forward>(pd);
      if (work.training)
        take_back<vanilla_rnn_backward>(DESCRIBE_BACKWARD(
            vanilla_rnn_backward, pd, back, tanh, way, x, s, l, i, b, y, s, x, s, l, i, b, y, s));
    }
  }

  template <class Primitive, class Description>
  void take(const Description& pd) {
    forward = Primitive(pd);
    packed_layer = zeroed(pd.weights_layer_desc());
    packed_iter = zeroed(pd.weights_iter_desc());
    if (work.training) workspace = zeroed(pd.workspace_desc());
  }

  template <class Primitive, class Description>
  void take_back(const Description& pd) {
    backward = Primitive(pd);
    back_layer = zeroed(pd.weights_layer_desc());
    back_iter = zeroed(pd.weights_iter_desc());
    grad_layer = zeroed(pd.diff_weights_layer_desc());
    grad_iter = zeroed(pd.diff_weights_iter_desc());
  }

  void fill() {
    const int B = work.batch, T = work.seq, I = work.input_size, H = work.hidden_size;
    const double bound = 1 / std::sqrt((double)H);
    const size_t rows = (size_t)gates * H;
    const Floats bias_ih = numbers(rows, 3, bound), bias_hh = numbers(rows, 4, bound);
    const Floats input = swap_first_axes(numbers((size_t)B * T * I, 5, 1).data(), B, T, I);

    x = zeroed(x_desc);
    y = zeroed(y_desc);
    h0 = zeroed(state_desc), c0 = zeroed(state_desc), h_n = zeroed(state_desc), c_n = zeroed(state_desc);
    weight_layer = zeroed(plain_layer);
    weight_iter = zeroed(plain_iter);
    bias = zeroed(bias_desc);
    std::memcpy(floats(x), input.data(), x_desc.get_size());
    transpose_into(weight_layer, numbers(rows * I, 1, bound), I);
    transpose_into(weight_iter, numbers(rows * H, 2, bound), H);
    for (int g = 0; g < gates; g++)
      for (int h = 0; h < H; h++) {
        const int from = order[g] * H + h;
        // PyTorch's GRU has a bias inside the reset and one outside.
        const bool apart = is_gru && g == 2;
        floats(bias)[g * H + h] = bias_ih[from] + (apart ? 0 : bias_hh[from]);
        if (apart) floats(bias)[3 * H + h] = bias_hh[from];
      }

    arguments = {{DNNL_ARG_SRC_LAYER, x},           {DNNL_ARG_SRC_ITER, h0},
                 {DNNL_ARG_WEIGHTS_LAYER, packed_layer}, {DNNL_ARG_WEIGHTS_ITER, packed_iter},
                 {DNNL_ARG_BIAS, bias},             {DNNL_ARG_DST_LAYER, y},
                 {DNNL_ARG_DST_ITER, h_n}};
    if (is_lstm) arguments.insert({{DNNL_ARG_SRC_ITER_C, c0}, {DNNL_ARG_DST_ITER_C, c_n}});
    pack_layer = Copy(weight_layer, packed_layer);
    pack_iter = Copy(weight_iter, packed_iter);
    if (work.training) prepare_back();
    pack();
    queue.wait();
  }

  void prepare_back() {
    grad_x = zeroed(x_desc);
    grad_y = zeroed(y_desc);
    grad_bias = zeroed(bias_desc);
    pack_back_layer = Copy(weight_layer, back_layer);
    pack_back_iter = Copy(weight_iter, back_iter);
    arguments[DNNL_ARG_WORKSPACE] = workspace;
    back_arguments = arguments;
    for (auto& [argument, m] : std::vector<std::pair<int, memory>>{
             {DNNL_ARG_WEIGHTS_LAYER, back_layer},
             {DNNL_ARG_WEIGHTS_ITER, back_iter},
             {DNNL_ARG_DIFF_SRC_LAYER, grad_x},
             {DNNL_ARG_DIFF_SRC_ITER, zeroed(state_desc)},
             {DNNL_ARG_DIFF_WEIGHTS_LAYER, grad_layer},
             {DNNL_ARG_DIFF_WEIGHTS_ITER, grad_iter},
             {DNNL_ARG_DIFF_BIAS, grad_bias},
             {DNNL_ARG_DIFF_DST_LAYER, grad_y},
             {DNNL_ARG_DIFF_DST_ITER, zeroed(state_desc)}})
      back_arguments[argument] = m;
    if (is_lstm) {
      back_arguments[DNNL_ARG_DIFF_SRC_ITER_C] = zeroed(state_desc);
      back_arguments[DNNL_ARG_DIFF_DST_ITER_C] = zeroed(state_desc);
    }
  }

  void pack() {
    pack_layer.run();
    pack_iter.run();
  }

  /** Of Σy². oneDNN adds to the gradients of weights. */
  void step_back() {
    queue.wait();
    const size_t length = y_desc.get_size() / sizeof(float);
    const float* values = floats(y);
    float* gradient = floats(grad_y);
    float sum = 0;
    for (size_t i = 0; i < length; i++) {
      sum += values[i] * values[i];
      gradient[i] = 2 * values[i];
    }
    loss = sum;
    for (const memory& m : {grad_layer, grad_iter, grad_bias})
      std::memset(floats(m), 0, m.get_desc().get_size());
    pack_back_layer.run();
    pack_back_iter.run();
    backward.execute(queue, back_arguments);
  }

  /** PyTorch's [gates·H, columns] → [columns, gates, H], gates in oneDNN's order */
  void transpose_into(memory& to, const Floats& from, int columns) {
    const int H = work.hidden_size;
    for (int g = 0; g < gates; g++)
      for (int h = 0; h < H; h++)
        for (int c = 0; c < columns; c++)
          floats(to)[((size_t)c * gates + g) * H + h] = from[((size_t)order[g] * H + h) * columns + c];
  }

  Floats as_pytorch(const memory& gradient, const memory::desc& plain, int columns) {
    const int H = work.hidden_size;
    memory here = zeroed(plain);
    Copy(gradient, here).run();
    queue.wait();
    Floats out((size_t)gates * H * columns);
    for (int g = 0; g < gates; g++)
      for (int h = 0; h < H; h++)
        for (int c = 0; c < columns; c++)
          out[((size_t)order[g] * H + h) * columns + c] = floats(here)[((size_t)c * gates + g) * H + h];
    return out;
  }

  Work work;
  bool is_lstm, is_gru;
  int gates;
  volatile float loss = 0;
  std::vector<int> order;
  memory::desc x_desc, y_desc, state_desc, bias_desc, plain_layer, plain_iter, any_layer, any_iter;
  memory x, y, h0, c0, h_n, c_n, weight_layer, weight_iter, bias, packed_layer, packed_iter, workspace;
  memory back_layer, back_iter, grad_x, grad_y, grad_layer, grad_iter, grad_bias;
  Copy pack_layer, pack_iter, pack_back_layer, pack_back_iter;
  primitive forward, backward;
  std::unordered_map<int, memory> arguments, back_arguments;
};

// ── the protocol: requests are one flat object per line

static std::string value_of(const std::string& request, const std::string& key) {
  const size_t at = request.find("\"" + key + "\":");
  if (at == std::string::npos) return "";
  const size_t from = request.find_first_not_of(" \"", at + key.size() + 3);
  return request.substr(from, request.find_first_of(",\"}", from) - from);
}

static Work work_of(const std::string& request) {
  const auto number = [&](const char* key) { return std::stoi(value_of(request, key)); };
  return {value_of(request, "cell"),
          value_of(request, "mode") == "training",
          value_of(request, "streaming") == "true",
          number("batch"),
          number("seq"),
          number("inputSize"),
          number("hiddenSize")};
}

static std::string answer(const std::string& request, std::unique_ptr<Layer>& layer) {
  const std::string what = value_of(request, "do");
  if (what == "prepare") {
    layer = std::make_unique<Layer>(work_of(request));
    std::string checks;
    if (value_of(request, "check") != "false")
      for (const auto& [name, values] : layer->check())
        checks += (checks.empty() ? "\"" : ",\"") + name + "\":" + fingerprint(values);
    return "{\"checks\":{" + checks + "}}";
  }
  if (what == "run") {
    const auto from = std::chrono::steady_clock::now();
    for (int i = std::stoi(value_of(request, "count")); i > 0; i--) layer->step();
    const std::chrono::duration<double, std::milli> ms = std::chrono::steady_clock::now() - from;
    return "{\"ms\":" + std::to_string(ms.count()) + "}";
  }
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return "{\"peakMiB\":" + std::to_string(usage.ru_maxrss / 1024.0) + "}";
}

int main() {
  const version_t* v = dnnl::version();
  std::cout << "{\"version\":\"oneDNN " << v->major << "." << v->minor << "." << v->patch << "\"}" << std::endl;
  std::unique_ptr<Layer> layer;
  for (std::string request; std::getline(std::cin, request);) {
    try {
      std::cout << answer(request, layer) << std::endl;
    } catch (const std::exception& error) {
      std::cout << "{\"error\":\"" << error.what() << "\"}" << std::endl;
    }
  }
}
