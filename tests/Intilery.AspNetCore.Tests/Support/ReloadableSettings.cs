using Microsoft.Extensions.Configuration;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Settings that somebody edits while the application runs.</summary>
public sealed class ReloadableSettings : ConfigurationProvider, IConfigurationSource
{
    public string? this[string key]
    {
        get => Data.TryGetValue(key, out var value) ? value : null;
        set => Data[key] = value;
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Makes the edits known, as a file that was saved.</summary>
    public void Reload() => OnReload();
}
