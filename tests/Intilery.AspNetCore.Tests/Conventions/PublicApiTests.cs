using PublicApiGenerator;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed class PublicApiTests
{
    /// <summary>A change of the public API is a change of <c>PublicApi.txt</c>, and reviewed there.</summary>
    [Fact]
    public void It_is_the_reviewed_one()
    {
        var actual = Product.Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n");
        var reviewed = Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.txt");
        var expected = File.Exists(reviewed) ? File.ReadAllText(reviewed).ReplaceLineEndings("\n") : string.Empty;
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.received.txt"), actual);

        Assert.Equal(expected.TrimEnd(), actual.TrimEnd());
    }
}
