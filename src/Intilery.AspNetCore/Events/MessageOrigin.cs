using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Events;

/// <summary>The sender of all messages, <c>context.library</c> and <c>context.app</c>, encoded once.</summary>
internal sealed class MessageOrigin(string libraryName, string libraryVersion, string? appName, string? appVersion)
{
    private readonly byte[] _library = Encode(libraryName, libraryVersion);
    private readonly byte[]? _app = appName is null ? null : Encode(appName, appVersion);

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

    /// <summary>Writes both as members of <c>context</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WritePropertyName(MessageNames.Library);
        json.WriteRawValue(_library, skipInputValidation: true);
        if (_app is not null)
        {
            json.WritePropertyName(MessageNames.App);
            json.WriteRawValue(_app, skipInputValidation: true);
        }
    }

    private static byte[] Encode(string name, string? version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, MessageWriter.Options))
        {
            var named = new PropertyWriter(json);
            json.WriteStartObject();
            named.Text(MessageNames.Name, name);
            named.Text(MessageNames.Version, version);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // The informational version without the commit that the SDK appends to it.
    private static string? VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString();
}
