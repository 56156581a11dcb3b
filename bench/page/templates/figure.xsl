<?xml version="1.0" encoding="UTF-8"?>
<!-- figure.xsl - a figure: its question, the picture, and folded under it its numbers, the command that
     repeats it and what it does not tell. The picture has a title and a description of its own (picture.c):
     the description says the finding. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:svg="http://www.w3.org/2000/svg"
                exclude-result-prefixes="svg">

  <xsl:template match="figure">
    <figure id="{@id}">
      <figcaption>
        <strong><bdi><xsl:value-of select="@title"/></bdi></strong>
        <xsl:if test="@finding != ''"><span class="finding"><bdi><xsl:value-of select="@finding"/></bdi></span></xsl:if>
      </figcaption>
      <xsl:apply-templates select="picture|missing"/>
      <xsl:if test="table">
        <details class="numbers">
          <summary>The numbers<span class="hidden"> of: <xsl:value-of select="@title"/></span></summary>
          <xsl:apply-templates select="table"/>
        </details>
      </xsl:if>
      <xsl:if test="command|untold">
        <details class="about">
          <summary>Repeat it; what it does not tell<span class="hidden"> (<xsl:value-of select="@title"/>)</span></summary>
          <xsl:apply-templates select="command"/>
          <xsl:apply-templates select="untold"/>
        </details>
      </xsl:if>
    </figure>
  </xsl:template>

  <xsl:template match="picture">
    <div class="picture" tabindex="0" role="group" aria-label="Picture: {../@title}"><xsl:copy-of select="svg:svg"/></div>
      <p class="dim"><xsl:value-of select="../@dim"/></p>
  </xsl:template>

  <xsl:template match="missing">
    <p class="missing"><bdi><xsl:value-of select="."/></bdi></p>
  </xsl:template>

  <xsl:template match="untold">
    <p class="untold"><strong>It does not tell: </strong><bdi><xsl:value-of select="."/></bdi></p>
  </xsl:template>
</xsl:stylesheet>
