using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Events;

/// <summary>Who sends: <c>context.library</c> and <c>context.app</c>.</summary>
internal sealed record MessageOrigin(string LibraryName, string LibraryVersion, string? AppName, string? AppVersion)
{
    public static MessageOrigin Of(IHostEnvironment environment)
    {
        var library = typeof(MessageOrigin).Assembly;
        var app = Assembly.GetEntryAssembly();
        return new MessageOrigin(
            library.GetName().Name!,
            VersionOf(library) ?? "0.0.0",
            environment.ApplicationName,
            app?.GetName().Name == environment.ApplicationName ? VersionOf(app) : null);
    }

    // The informational version without the commit that the SDK appends to it.
    private static string? VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString();
}
