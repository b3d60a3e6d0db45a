using System.Reflection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Knows whether the application is only being looked at: build-time OpenAPI documents start it with a server that serves
/// nothing, and Entity Framework's tools build it. Neither has a key, and neither is to deliver anything.
/// </summary>
internal static class BuildTimeTool
{
    public static bool IsRunning { get; } = Assembly.GetEntryAssembly()?.GetName().Name is "GetDocument.Insider" or "ef" or "dotnet-ef";
}
