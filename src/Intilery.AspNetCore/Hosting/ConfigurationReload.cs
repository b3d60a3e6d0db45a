using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Makes a reload of the configuration a change of the options.</summary>
internal sealed class ConfigurationReload(IConfiguration configuration)
    : ConfigurationChangeTokenSource<IntileryOptions>(configuration.GetSection(IntileryOptions.SectionName));
