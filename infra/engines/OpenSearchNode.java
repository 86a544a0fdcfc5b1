import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.opensearch.Version;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/** OpenSearch as one process from Maven jars: OpenSearchNode HOME HTTP_PORT TRANSPORT_PORT. */
public class OpenSearchNode extends Node {
  /** The modules that the distribution would load from its modules folder. */
  static final List<String> MODULES = List.of(
      "org.opensearch.transport.Netty4ModulePlugin",
      "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
      "org.opensearch.index.reindex.ReindexModulePlugin",
      "org.opensearch.painless.PainlessModulePlugin",
      "org.opensearch.index.mapper.MapperExtrasModulePlugin",
      "org.opensearch.join.ParentJoinModulePlugin",
      "org.opensearch.index.rankeval.RankEvalModulePlugin");

  OpenSearchNode(Environment environment, Collection<PluginInfo> plugins) {
    super(environment, plugins, true);
  }

  @Override
  protected void configureNodeAndClusterIdStateListener(ClusterService clusterService) {}

  public static void main(String[] args) throws Exception {
    Environment environment = new Environment(settings(args[0], args[1], args[2]), Path.of(args[0], "config"));
    Node node = new OpenSearchNode(environment, plugins()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    Thread.currentThread().join();
  }

  static Settings settings(String home, String httpPort, String transportPort) {
    return Settings.builder()
        .put("path.home", home)
        .put("path.data", home + "/data")
        .put("cluster.name", "reprise")
        .put("node.name", "node-1")
        .put("discovery.type", "single-node")
        .put("network.host", "127.0.0.1")
        .put("http.port", httpPort)
        .put("transport.port", transportPort)
        .put("http.type", "netty4")
        .put("transport.type", "netty4")
        // An index that nobody declared would have guessed mappings.
        .put("action.auto_create_index", false)
        // A developer's disk is often nearly full; that must not make indexes read-only.
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
  }

  static List<PluginInfo> plugins() {
    List<PluginInfo> plugins = new ArrayList<>();
    for (String name : MODULES)
      plugins.add(new PluginInfo(name, "bundled", "1", Version.CURRENT, "21", name, null, List.of(), false));
    return plugins;
  }

  static void close(Node node) {
    try {
      node.close();
    } catch (Exception error) {
      error.printStackTrace();
    }
  }
}
