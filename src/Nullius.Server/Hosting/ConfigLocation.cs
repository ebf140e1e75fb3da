using Nullius.Gateway.Config;
using Nullius.Server.Configuration;
using Nullius.State;

namespace Nullius.Server.Hosting;

/// <summary>Finds the configuration that an instance starts from, and writes a first one where there is none.</summary>
internal static class ConfigLocation
{
    public const string FileName = "nullius.yaml";

    /// <summary>The file named, <c>./nullius.yaml</c>, or the data folder's, which is written when it is missing.</summary>
    public static string Find(ServerOptions options, DataDirectory data)
    {
        if (options.ConfigFile is { } named) return Path.GetFullPath(named);
        var here = Path.GetFullPath(FileName);
        if (File.Exists(here)) return here;
        var own = Path.Combine(data.Root, FileName);
        if (!File.Exists(own))
        {
            StarterFiles.Write(data.Root);
            options.Progress($"no configuration was found: wrote a first one to `{own}`; add your applications there");
        }
        return own;
    }

    /// <summary>Reads and validates it.</summary>
    /// <exception cref="ConfigurationException">Every error in it.</exception>
    public static NulliusConfig Read(string file, ServerOptions options)
    {
        var (config, errors) = ConfigReader.ReadFile(file);
        if (config is null) throw new ConfigurationException(errors);
        return Settle(config, options);
    }

    /// <summary>Listens where the command line says, and only where this machine can.</summary>
    public static NulliusConfig Settle(NulliusConfig config, ServerOptions options) =>
        config with { Listen = config.Listen with { Addresses = Ports.Usable(options.Addresses ?? config.Listen.Addresses) } };

    /// <summary>Answers a <see cref="GateConfigException"/> in the words of the rest.</summary>
    public static ConfigurationException Refused(GateConfigException fault) => new(fault.Diagnostics);
}
