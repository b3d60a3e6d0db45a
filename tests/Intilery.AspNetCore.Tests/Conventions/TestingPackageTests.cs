using System.Reflection;
using Intilery.AspNetCore.Testing;
using PublicApiGenerator;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>The package for tests keeps to the rules of the package itself.</summary>
public sealed class TestingPackageTests
{
    private static readonly Assembly _assembly = typeof(IntileryRecorder).Assembly;

    /// <summary>A change of the public API is a change of <c>PublicApi.Testing.txt</c>, and reviewed there.</summary>
    [Fact]
    public void Its_public_API_is_the_reviewed_one()
    {
        var actual = _assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n");
        var reviewed = Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.Testing.txt");
        var expected = File.Exists(reviewed) ? File.ReadAllText(reviewed).ReplaceLineEndings("\n") : string.Empty;
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.Testing.received.txt"), actual);

        Assert.Equal(expected.TrimEnd(), actual.TrimEnd());
    }

    [Fact]
    public void Every_class_is_sealed_or_static() =>
        Assert.DoesNotContain(_assembly.GetTypes(), type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !type.Name.Contains('<', StringComparison.Ordinal));

    [Fact]
    public void It_uses_nothing_but_the_public_API_of_the_package() =>
        Assert.DoesNotContain(_assembly.GetName().Name!, Product.Assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName));
}
