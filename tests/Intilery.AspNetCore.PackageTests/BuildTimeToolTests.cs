using Intilery.AspNetCore.PackageTests.Support;

namespace Intilery.AspNetCore.PackageTests;

/// <summary>Tools that build or start an application to look at it have no key, in Production as elsewhere, and need none.</summary>
public sealed class BuildTimeToolTests(BuiltApplications applications)
{
    [Fact]
    public void An_OpenAPI_document_is_written_at_build() => Assert.Contains(
        "/hello", File.ReadAllText(Path.Combine(applications.FolderOf(ApplicationSources.OpenApi), "obj", $"{ApplicationSources.OpenApi}.json")), StringComparison.Ordinal);

    [Fact]
    public async Task Entity_Framework_s_tool_lists_migrations()
    {
        var folder = applications.FolderOf(ApplicationSources.Template);
        var tools = applications.FolderOf("tools");
        await Dotnet.RunAsync(folder, "tool", "install", "dotnet-ef", "--version", "10.0.*", "--tool-path", tools);

        var (code, output) = await Dotnet.TryRunAsync(
            Path.Combine(tools, "dotnet-ef"), folder, "migrations", "list", "--no-build", "--", "--environment", "Production");

        Assert.True(code == 0, output);
        Assert.Contains("00000000000000_CreateIdentitySchema", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "App_Data")), "The tool opened the outbox.");
    }
}
