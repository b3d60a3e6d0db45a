namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A folder of one test, gone after it.</summary>
public sealed class ScratchFolder : IDisposable
{
    public ScratchFolder() => Path = Directory.CreateTempSubdirectory("intilery-test-").FullName;

    public string Path { get; }

    /// <summary>Makes a regular file: nobody, root included, can make a folder below it.</summary>
    public string RegularFile()
    {
        var file = Combine("a-regular-file");
        File.WriteAllText(file, string.Empty);
        return file;
    }

    public string Combine(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
