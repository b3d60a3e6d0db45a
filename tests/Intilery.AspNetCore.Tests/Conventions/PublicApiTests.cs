using PublicApiGenerator;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed class PublicApiTests
{
    /// <summary>A change of the public API is a change of <c>PublicApi.txt</c>, and reviewed there.</summary>
    [Fact]
    public void It_is_the_reviewed_one()
    {
        // Extension methods live in the framework's namespaces, which the generator leaves out unless it is told otherwise.
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };
        var actual = Product.Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n");
        var reviewed = Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.txt");
        var expected = File.Exists(reviewed) ? File.ReadAllText(reviewed).ReplaceLineEndings("\n") : string.Empty;
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.received.txt"), actual);

        Assert.Equal(expected.TrimEnd(), actual.TrimEnd());
    }
}
