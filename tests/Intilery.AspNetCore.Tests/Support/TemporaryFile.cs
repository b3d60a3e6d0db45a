namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A path in a folder of its own, which goes with it.</summary>
public sealed class TemporaryFile(string name) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("intilery-test-");

    public string Path => System.IO.Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
