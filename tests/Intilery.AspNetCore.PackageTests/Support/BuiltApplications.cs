using System.Xml.Linq;

namespace Intilery.AspNetCore.PackageTests.Support;

/// <summary>
/// The package, packed once into a folder that serves as a feed, and applications that reference it from there, built once and
/// together. Its version is of this run alone, so that no cache can pass off another one.
/// </summary>
public sealed class BuiltApplications : IAsyncLifetime
{
    public const string PackageId = "Intilery.AspNetCore";

    public const string TestingPackageId = "Intilery.AspNetCore.Testing";

    private readonly string _folder = Directory.CreateTempSubdirectory("intilery-package-").FullName;

    public static string Version { get; } = $"0.1.0-test.{Guid.NewGuid():N}";

    public string Feed => Path.Combine(_folder, "feed");

    public string PackagePath => PathOf(PackageId);

    public string PathOf(string package) => Path.Combine(Feed, $"{package}.{Version}.nupkg");

    /// <summary>Gets what the build of all applications said.</summary>
    public string BuildOutput { get; private set; } = string.Empty;

    public string FolderOf(string application) => Path.Combine(_folder, application);

    public string AssemblyOf(string application) => Path.Combine(FolderOf(application), "bin", "Debug", "net10.0", $"{application}.dll");

    public string AssetsOf(string application) => Path.Combine(FolderOf(application), "obj", "project.assets.json");

    /// <summary>Restores an application that is not built with the others, and returns what that said.</summary>
    public async Task<(int Code, string Output)> TryRestoreAsync(string application, string project)
    {
        Write($"{application}/{application}.csproj", project);
        return await Dotnet.TryRunAsync("dotnet", FolderOf(application), "restore");
    }

    /// <summary>Builds an application that is not built with the others, and returns the folder of its files.</summary>
    public async Task<string> BuildAsync(string application, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (path, content) in files)
        {
            Write(path, content);
        }

        var output = Path.Combine(FolderOf(application), "out");
        await Dotnet.RunAsync(FolderOf(application), "build", "--output", output);
        return output;
    }

    public async ValueTask InitializeAsync()
    {
        foreach (var package in new[] { PackageId, TestingPackageId })
        {
            await Dotnet.RunAsync(
                Path.Combine(RepositoryRoot(), "src", package),
                "pack", "--configuration", "Release", "--output", Feed, "--artifacts-path", Path.Combine(_folder, "artifacts"), $"-p:Version={Version}");
        }

        WriteRoot();
        await NewTemplateAppAsync(ApplicationSources.Template, "webapp");
        await NewTemplateAppAsync(ApplicationSources.Blazor, "blazor", "-int", "Server");
        foreach (var (path, content) in ApplicationSources.Files)
        {
            Write(path, content);
        }

        Write("All.slnx", new XElement("Solution", Projects().Select(path => new XElement("Project", new XAttribute("Path", path)))).ToString());
        BuildOutput = await Dotnet.RunAsync(_folder, "build", "All.slnx");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in new[] { PackageId, TestingPackageId })
        {
            var installed = Path.Combine(packages, package.ToLowerInvariant(), Version);
            if (Directory.Exists(installed))
            {
                Directory.Delete(installed, recursive: true);
            }
        }

        return ValueTask.CompletedTask;
    }

    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Intilery.AspNetCore.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository's root is not above the tests.");
        }

        return folder.FullName;
    }

    // The feed comes on top of the machine's own sources. Empty props keep out whatever lies above the temporary folder.
    private void WriteRoot()
    {
        Write("NuGet.config", """<configuration><packageSources><add key="packed" value="feed" /></packageSources></configuration>""");
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
    }

    /// <summary>The template, a package and one line: all that a user does.</summary>
    private async Task NewTemplateAppAsync(string name, string template, params string[] options)
    {
        var folder = FolderOf(name);
        await Dotnet.RunAsync(_folder, ["new", template, "-au", "Individual", "-o", folder, "--no-restore", .. options]);
        await Dotnet.RunAsync(folder, "add", "package", PackageId, "--version", Version, "--no-restore");

        var program = Path.Combine(folder, "Program.cs");
        var code = await File.ReadAllTextAsync(program);
        Assert.Contains("\napp.Run();", code, StringComparison.Ordinal);
        await File.WriteAllTextAsync(program, code.Replace("\napp.Run();", "\napp.UseIntileryLifecycleTracking();\napp.Run();", StringComparison.Ordinal));
    }

    private IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(_folder, "*.*proj", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder, path));

    private void Write(string path, string content)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content.Replace("$(PackedVersion)", Version, StringComparison.Ordinal));
    }
}
