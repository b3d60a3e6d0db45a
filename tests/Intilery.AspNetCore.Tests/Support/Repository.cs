namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Finds the repository's files above the folder the tests run in.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    public static string ReadAllText(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Intilery.AspNetCore.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No solution above {AppContext.BaseDirectory}.");
    }
}
