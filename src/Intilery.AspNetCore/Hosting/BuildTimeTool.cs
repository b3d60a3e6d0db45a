using System.Reflection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Detects build-time tools that run the application: the OpenAPI document generator starts it without a
/// server, and Entity Framework's tools build it. They have no key, and must not deliver anything.
/// </summary>
internal static class BuildTimeTool
{
    public static bool IsRunning { get; } = Assembly.GetEntryAssembly()?.GetName().Name is "GetDocument.Insider" or "ef" or "dotnet-ef";
}
